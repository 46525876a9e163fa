-- Visitors: people who join with a telephone number from abroad, an e-mail address, or a passkey and nothing else.

alter table people.residents
    alter column phone drop not null,
    add column email   text,
    add column visitor boolean not null default false,  -- joined as a visitor: small limits until the real name is known
    drop constraint if exists known_by_phone_or_name,
    add constraint one_resident_per_email unique (email),
    add constraint email_is_an_address check (email ~ '^[a-z0-9._%+-]{1,64}@([a-z0-9-]{1,63}[.])+[a-z]{2,63}$'),
    add constraint known_by_something check (phone is not null or email is not null or name is not null);

-- A question to a device that joins by its passkey: like signing in, there is no session yet.
alter table people.challenges
    drop constraint purpose_exists,
    drop constraint challenge_belongs_to_a_session,
    add constraint purpose_exists check (purpose in ('register', 'sign_in', 'step_up', 'confirm', 'join')),
    add constraint challenge_belongs_to_a_session check ((purpose in ('sign_in', 'join')) = (session is null));
