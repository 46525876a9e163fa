-- name: obstacle_sole
-- People without any way in, for whom nobody else acts: they would be alone.
select count(*) as count, null::bigint as amount
  from families.links l join people.residents d on d.id = l.dependant
 where l.holder = :resident and l.state in ('active', 'suspended') and d.state = 'active'
   and d.phone is null and d.email is null
   and not exists (select from people.passkeys k where k.resident = d.id and k.removed_at is null)
   and not exists (select from families.links o
                    where o.dependant = d.id and o.holder <> :resident and o.state in ('active', 'suspended'));

-- name: obstacle_protected
select count(*) as count, null::bigint as amount from families.links
 where dependant = :resident and kind in ('parent', 'guardian') and state in ('active', 'suspended');

-- name: living_of
select id from families.links
 where (holder = :resident or dependant = :resident) and state in ('proposed', 'active', 'suspended') order by id;

-- name: erase_evidence
-- Papers that operators saw, for links of this resident.
update families.links set evidence = '-', proposed_to = null
 where (holder = :resident or dependant = :resident) and evidence is not null;
