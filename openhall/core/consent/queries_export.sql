-- name: export_consents
select a.code, a.version, a.texts, c.given_at, c.channel, c.ended_at, c.ending
  from consent.consents c join consent.agreements a on a.id = c.agreement
 where c.resident = :resident order by c.id desc limit :limit;
