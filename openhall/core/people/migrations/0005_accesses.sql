-- Who looked at whose data, and what for. Shown to the person, so nothing of it may change afterwards.

create table people.accesses (
    id       uuid primary key,
    at       timestamptz not null,
    resident uuid not null references people.residents,
    who      uuid not null references people.residents,
    capacity text not null,
    called   text not null,          -- what the person reads of whoever looked, as it was then
    look     text not null,          -- what was seen and what for: a look that a package declares
    about    uuid,
    constraint nobody_is_told_of_themselves check (who <> resident),
    constraint capacity_exists check (capacity in ('operator', 'shop', 'resident')),
    constraint called_is_short check (char_length(called) <= 80),
    constraint look_is_a_code check (look ~ '^[a-z]+\.[a-z_]+$')
);

create index accesses_of_a_resident on people.accesses (resident, id desc);
create index accesses_of_a_looker on people.accesses (resident, who, at desc);

create function people.refuse_access_change() returns trigger language plpgsql as $$
begin
    raise exception 'people.accesses is append-only';
end
$$;

create trigger accesses_are_append_only before update or delete or truncate on people.accesses
    for each statement execute function people.refuse_access_change();
