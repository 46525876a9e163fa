-- Keys of scanners: what a shop's own programs show instead of a person.

create table merchants.keys (
  id         uuid primary key,
  shop       uuid not null references merchants.shops,
  name       text not null constraint key_name_has_a_length check (char_length(name) between 1 and 40),
  scopes     text[] not null,
  key_hash   bytea not null constraint key_is_hashed check (octet_length(key_hash) = 32),
  hint       text not null,              -- its first letters, to tell it from others
  made_by    uuid not null references people.residents,
  made_at    timestamptz not null,
  used_at    timestamptz,
  revoked_at timestamptz,
  constraint key_hash_unique unique (key_hash),
  constraint scopes_exist
    check (scopes <@ array['charges:write', 'payments:read', 'refunds:write'] and cardinality(scopes) > 0)
);
create index keys_of_a_shop on merchants.keys (shop) where revoked_at is null;
