-- name: keep_agreement
insert into consent.agreements (id, code, version, basis, texts, kept_at)
select a.id, a.code, a.version, a.basis, a.texts, :now
  from json_to_recordset(:rows) as a(id uuid, code text, version int, basis text, texts jsonb)
    on conflict (id) do nothing;

-- name: replace_consent
update consent.consents set ended_at = :now, ending = 'replaced'
 where resident = :resident and code = :code and ended_at is null and agreement <> :agreement;

-- name: put_consent
insert into consent.consents (id, resident, agreement, code, given_at, channel)
values (:id, :resident, :agreement, :code, :now, :channel)
    on conflict (resident, code) where ended_at is null do nothing
returning id;

-- name: withdraw_consent
update consent.consents set ended_at = :now, ending = 'withdrawn'
 where resident = :resident and code = :code and ended_at is null
returning id;

-- name: is_given
select exists (select from consent.consents
                where resident = :resident and agreement = :agreement and ended_at is null);

-- name: hold_consent
-- Whoever takes it back waits until what is done by it is done.
select id from consent.consents where resident = :resident and agreement = :agreement and ended_at is null for share;

-- name: consents_of
select c.id, c.agreement, c.code, a.version, a.texts, c.given_at, c.channel, c.ended_at, c.ending
  from consent.consents c join consent.agreements a on a.id = c.agreement
 where c.resident = :resident and (:code::text is null or c.code = :code)
 order by c.id desc limit :limit;

-- name: check_only_by_consent
select c.id from consent.consents c join consent.agreements a on a.id = c.agreement
 where a.basis <> 'consent' or a.code <> c.code
 limit 100;

-- name: check_told
-- Each yes, and each taking back, is in the inbox of whoever said it (of the last two days).
with said as (
  select id, resident, code, given_at as at, 'consent.given' as template from consent.consents
   where given_at > now() - interval '2 days'
   union all
  select id, resident, code, ended_at, 'consent.withdrawn' from consent.consents
   where ending = 'withdrawn' and ended_at > now() - interval '2 days'
)
select s.id, s.template from said s
 where not exists (select from messages.messages m join messages.templates t on t.id = m.template
                    where m.recipient = s.resident and t.code = s.template and m.facts ->> 'code' = s.code
                      and m.told_at >= s.at and m.told_at < s.at + interval '1 minute')
 limit 100;

-- name: end_consents
update consent.consents set ended_at = greatest(given_at, :now), ending = 'closed' where resident = :resident and ended_at is null;
