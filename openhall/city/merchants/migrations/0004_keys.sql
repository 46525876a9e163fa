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
  left_with_maker boolean not null default false,  -- it ended because who made it no longer manages the shop
  constraint key_hash_unique unique (key_hash),
  constraint key_ends_when_its_maker_leaves check (revoked_at is not null or not left_with_maker),
  constraint scopes_exist
    check (scopes <@ array['charges:write', 'payments:read', 'refunds:write'] and cardinality(scopes) > 0)
);
create index keys_of_a_shop on merchants.keys (shop) where revoked_at is null;
create index keys_of_a_maker on merchants.keys (made_by) where revoked_at is null;
