-- name: lock_resident
-- Whoever asks twice at once takes turns. Taken before any claim of the resident, so that nobody waits in a circle.
select id from people.residents where id = :resident for no key update;

-- name: replace_claim
update people.name_claims
   set state = 'replaced', ended_at = :now, next_at = null, key = null, box = null, code_hash = null, code_until = null
 where resident = :resident and ended_at is null
returning id;

-- name: put_claim
insert into people.name_claims
       (id, resident, state, name_masked, id_masked, key, box, tries, asked_at, next_at, gives_up_at)
values (:id, :resident, 'asking', :name_masked, :id_masked, :key, :box, 1, :now, :next_at, :gives_up_at);

-- name: claim_due
-- One claim whose time has come, for this process alone until its lease runs out.
update people.name_claims set tries = tries + 1, next_at = :leased_until
 where id = (select id from people.name_claims where state = 'asking' and next_at <= :now
              order by next_at limit 1 for update skip locked)
returning id, resident, key, box, name_masked, id_masked, tries, gives_up_at;

-- name: lock_asking
select id, resident, key, box, name_masked, id_masked, tries, gives_up_at from people.name_claims
 where id = :claim and state = 'asking' for update;

-- name: postpone
update people.name_claims set next_at = :next_at where id = :claim and state = 'asking';

-- name: end_claim
update people.name_claims
   set state = :state, reason = :reason, ended_at = :now, next_at = null, key = null, box = null, code_hash = null,
       code_until = null
 where id = :claim;

-- name: begin_conflict
update people.name_claims set state = 'conflict', next_at = null where id = :claim;

-- name: put_marks
-- Those that are somebody's already are left out; of two who race for a mark, the second waits and then finds it. Once the
-- number of a closed account is free, so is its name: it gets no mark again.
insert into people.identity_marks (key, mark, resident)
select r.key, decode(r.mark, 'hex'), p.id
  from json_to_recordset(:rows) as r(key text, mark text)
  join people.residents p on p.id = :resident and (p.state = 'active' or p.phone is not null or p.email is not null)
    on conflict do nothing;

-- name: drop_marks
delete from people.identity_marks where resident = :resident;

-- name: drop_old_marks
delete from people.identity_marks where resident = :resident and key <> all (:keys::text[]);

-- name: holder
select distinct m.resident
  from people.identity_marks m
  join json_to_recordset(:rows) as r(key text, mark text) on m.key = r.key and m.mark = decode(r.mark, 'hex');

-- name: put_identity
-- A name that has changed takes the place of the old one; the number is the same.
insert into people.identities (resident, claim, name_masked, id_masked, key, box, born_band, adult_on, matched_at)
values (:resident, :claim, :name_masked, :id_masked, :key, :box, :born_band, :adult_on, :now)
    on conflict (resident) do update
   set claim = excluded.claim, name_masked = excluded.name_masked, key = excluded.key, box = excluded.box,
       matched_at = excluded.matched_at;

-- name: drop_identity
delete from people.identities where resident = :resident;

-- name: name_gone
update people.residents set named_at = null where id = :resident;

-- name: record_name_act
insert into people.name_trail (id, at, resident, claim, act, by) values (:id, :now, :resident, :claim, :act, :by);

-- name: identity
select resident, name_masked, id_masked, born_band, coalesce(adult_on > :today, false) as is_minor, adult_on, matched_at
  from people.identities where resident = :resident;

-- name: newest_claim
select id, resident, state, reason, name_masked, id_masked, asked_at, ended_at, code_until from people.name_claims
 where resident = :resident and state <> 'replaced' order by asked_at desc, id desc limit 1;

-- name: standings
select r.resident,
       case when i.resident is not null then 'named' when c.id is not null then 'pending' else 'none' end as status,
       i.name_masked, i.born_band, coalesce(i.adult_on > :today, false) as is_minor
  from unnest(:residents::uuid[]) with ordinality as r(resident, place)
  left join people.identities i on i.resident = r.resident
  left join people.name_claims c on c.resident = r.resident and c.ended_at is null
 order by r.place;

-- name: sealed_identity
select key, box from people.identities where resident = :resident;

-- name: lock_conflict
select id, resident, key, box, name_masked, id_masked, tries, gives_up_at from people.name_claims
 where resident = :resident and state = 'conflict' for update;

-- name: lock_case
select id, resident, key, box, name_masked, id_masked, tries, gives_up_at from people.name_claims
 where id = :claim and state = 'conflict' for update;

-- name: put_move_code
update people.name_claims set code_hash = :code_hash, code_tries = 0, code_until = :code_until where id = :claim;

-- name: put_decoy
-- A message that is never sent: whoever typed a wrong number must not learn it from the time that the answer took.
insert into people.messages (id, phone, text, about, state, created_at, expires_at, finished_at)
values (:id, :phone, null, 'news', 'dropped', :now, :now, :now);

-- name: take_move_try
update people.name_claims set code_tries = code_tries + 1
 where id = :claim and code_hash is not null and code_until > :now and code_tries < :tries
returning code_hash;

-- name: conflicts
select id, resident, key, box, name_masked, id_masked, tries, gives_up_at from people.name_claims
 where state = 'conflict' order by asked_at, id limit 100;

-- name: old_conflicts
select id, resident, key, box, name_masked, id_masked, tries, gives_up_at from people.name_claims
 where state = 'conflict' and asked_at < :before order by asked_at limit 100;

-- name: conflict
select id, resident, key, box, name_masked, id_masked, tries, gives_up_at from people.name_claims
 where id = :claim and state = 'conflict';

-- name: cases
-- Claims with the marks of what they claim; without a holder a claim is no case.
select distinct on (c.asked_at, c.id)
       c.id as claim, c.name_masked, c.id_masked, c.asked_at, a.id as asker, coalesce(a.phone, '') as asker_phone,
       a.joined_at as asker_joined_at, h.id as holder, coalesce(h.phone, '') as holder_phone, h.joined_at as holder_joined_at
  from json_to_recordset(:rows) as r(claim uuid, key text, mark text)
  join people.identity_marks m on m.key = r.key and m.mark = decode(r.mark, 'hex')
  join people.name_claims c on c.id = r.claim
  join people.residents a on a.id = c.resident
  join people.residents h on h.id = m.resident
 order by c.asked_at, c.id;

-- name: verdicts
select operator, verdict, reason, at from people.name_verdicts where claim = :claim order by at, operator;

-- name: put_verdict
insert into people.name_verdicts (claim, operator, verdict, reason, at) values (:claim, :operator, :verdict, :reason, :now)
    on conflict do nothing;

-- name: come_of_age
-- The date is known no longer than it is needed.
with grown as (
  update people.identities set adult_on = null where adult_on <= :today returning resident
)
insert into people.name_trail (id, at, resident, act) select gen_random_uuid(), :now, resident, 'came_of_age' from grown;

-- name: stale_identities
select i.resident, i.key, i.box from people.identities i
 where (:after::uuid is null or i.resident > :after)
   and (i.key <> :newest
        or ((select state from people.residents where id = i.resident) = 'active'
            and array(select m.key from people.identity_marks m where m.resident = i.resident order by m.key collate "C")
                is distinct from :keys::text[]))
 order by i.resident limit :most for update;

-- name: stale_claims
select id, resident, key, box, name_masked, id_masked, tries, gives_up_at from people.name_claims
 where box is not null and key <> :newest for update;

-- name: reseal_identity
update people.identities set key = :key, box = :box where resident = :resident;

-- name: reseal_claim
update people.name_claims set key = :key, box = :box where id = :claim;

-- name: keys_in_use
select key from people.identities union select key from people.name_claims where key is not null order by key;

-- name: identities_by_key
select key, count(*) as identities from people.identities group by key order by key;

-- name: check_names_are_somebodys
-- Whose name counts as matched has an identity, and the other way round.
select r.id
  from people.residents r
  full join people.identities i on i.resident = r.id
 where (r.named_at is null) <> (i.resident is null)
 limit 100;

-- name: check_one_person_one_account
-- Each identity has marks, and there is one key under which all have one: that key keeps two accounts apart while the
-- ring is being changed. Whoever closed their account may join anew, so their identity needs none.
with living as (
  select i.resident from people.identities i join people.residents r on r.id = i.resident where r.state = 'active'
)
select i.resident
  from living i
 where not exists (
         select from people.identity_marks m group by m.key
         having count(*) filter (where exists (select from living x where x.resident = m.resident))
                = (select count(*) from living))
    or not exists (select from people.identity_marks m where m.resident = i.resident)
 union all
select m.resident from people.identity_marks m
 where not exists (select from people.identities i where i.resident = m.resident)
 limit 100;

-- name: check_names_have_a_trail
-- The claim of each identity is its resident's own and was matched, and the trail says how the name came here.
select i.resident
  from people.identities i
 where not exists (select from people.name_claims c
                    where c.id = i.claim and c.resident = i.resident and c.state = 'matched')
    or not exists (select from people.name_trail t
                    where t.resident = i.resident and t.claim = i.claim and t.act in ('matched', 'moved_in'))
 limit 100;

-- name: check_no_claim_is_forgotten
-- The job looks every few seconds; an hour after its last moment no claim may still be asked.
select id from people.name_claims where state = 'asking' and gives_up_at < now() - interval '1 hour' limit 100;

-- name: check_moves_by_operators_had_two
-- Nothing is moved or kept by operators unless two of them said so, and neither of them was a party.
select t.id
  from people.name_trail t
 where t.by is not null and t.act in ('moved_in', 'kept')
   and (select count(*) from people.name_verdicts v
         where v.claim = t.claim and v.verdict = case t.act when 'kept' then 'keep' else 'move' end
           and v.operator <> t.resident
           and not exists (select from people.name_trail o
                            where o.claim = t.claim and o.act = 'moved_out' and o.resident = v.operator)) < 2
 limit 100;

-- name: check_no_birthday_is_kept
-- Two days after a minor came of age the date is wiped, in whatever zone the city lies.
select resident from people.identities where adult_on < current_date - 2 limit 100;
