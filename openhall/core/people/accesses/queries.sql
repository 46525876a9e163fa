-- name: put_accesses
-- Who looks at the same again within minutes, as by going back to a page, looked once.
insert into people.accesses (id, at, resident, who, capacity, called, look, about)
select r.id, :now::timestamptz, r.resident, :who::uuid, :capacity::text, :called::text, :look::text, :about::uuid
  from json_to_recordset(:rows) as r(id uuid, resident uuid)
 where r.resident <> :who::uuid
   and not exists (select from people.accesses a
                    where a.resident = r.resident and a.who = :who::uuid and a.at > :since and a.capacity = :capacity
                      and a.look = :look and a.called = :called and a.about is not distinct from :about::uuid);

-- name: accesses_of
-- And whoever looked on the resident's behalf: that is written down by families, once a day for each scope.
select id, at, capacity, called, look from (
  (select id, at, capacity, called, look from people.accesses
    where resident = :resident and (:before::uuid is null or id < :before)
    order by id desc limit :limit)
   union all
  (select id, at, 'family', called, scope from families.looks
    where resident = :resident and (:before::uuid is null or id < :before)
    order by id desc limit :limit)) a
 order by id desc limit :limit;

-- name: check_told_to_whom_it_is_about
-- Of what has one person it is about; a name that two accounts claim has two.
select a.id from people.accesses a
  left join people.recoveries v on a.look = 'people.recovery' and v.id = a.about
  left join people.freezes f on a.look = 'people.freeze' and f.id = a.about
 where a.about is not null and a.look in ('people.recovery', 'people.freeze')
   and coalesce(v.resident, f.resident) is distinct from a.resident
 limit 100;
