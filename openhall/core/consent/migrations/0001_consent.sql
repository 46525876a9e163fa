-- Consent: what people agreed to, in the words of then.

create schema consent;

-- The words of every agreement that somebody ever gave, kept for good. The id is made of the words, so another wording
-- is another row.
create table consent.agreements (
    id      uuid primary key,
    code    text not null,
    version int not null,
    basis   text not null,
    texts   jsonb not null,      -- {"en": {"title", "controller", "purpose", "fields"}, "zh_CN": {...}}
    kept_at timestamptz not null,
    constraint agreement_code_is_a_code check (code ~ '^[a-z]+\.[a-z_]+$'),
    constraint basis_exists check (basis in ('consent', 'contract', 'law')),
    constraint both_languages check (texts ?& array['en', 'zh_CN'])
);

-- One row is one yes. Nothing of it changes but its end, once.
create table consent.consents (
    id        uuid primary key,
    resident  uuid not null references people.residents,
    agreement uuid not null references consent.agreements,
    code      text not null,     -- that of the agreement: of all its wordings one is given at a time
    given_at  timestamptz not null,
    channel   text not null,
    ended_at  timestamptz,
    ending    text,
    constraint channel_exists check (channel in ('page', 'api')),
    constraint ending_exists check (ending in ('withdrawn', 'replaced', 'closed')),
    constraint ended_somehow check ((ended_at is null) = (ending is null)),
    constraint ends_after_it_began check (ended_at >= given_at)
);

create unique index one_live_consent_per_agreement on consent.consents (resident, code) where ended_at is null;
create index consents_of_a_resident on consent.consents (resident, id desc);

create function consent.refuse_change() returns trigger language plpgsql as $$
begin
    raise exception 'consent.% is append-only', tg_table_name;
end
$$;

create function consent.refuse_all_but_the_end() returns trigger language plpgsql as $$
begin
    if old.ended_at is null and new.ended_at is not null
       and (new.id, new.resident, new.agreement, new.code, new.given_at, new.channel)
         = (old.id, old.resident, old.agreement, old.code, old.given_at, old.channel) then
        return new;
    end if;
    raise exception 'consent.consents is append-only';
end
$$;

create trigger agreements_stay before update or delete or truncate on consent.agreements
    for each statement execute function consent.refuse_change();
create trigger consents_stay before delete or truncate on consent.consents
    for each statement execute function consent.refuse_change();
create trigger consents_only_end before update on consent.consents
    for each row execute function consent.refuse_all_but_the_end();
