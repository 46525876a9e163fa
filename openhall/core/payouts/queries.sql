-- name: lock_opening
-- Whoever races to open the rail waits here, and finds it open in the next statement.
select pg_advisory_xact_lock(hashtextextended('payouts.rails ' || :name, 0))::text;

-- name: add_rail
insert into payouts.rails (name, clearing, bank) values (:name, :clearing, :bank);

-- name: rail
select clearing, bank from payouts.rails where name = :name;

-- name: lock_rail
-- Files are read, and batches made, one after the other. No stronger lock: each new payout names its rail, and who
-- withdraws holds the shop's account by then, so withdrawals and payments would wait for the file.
select clearing, bank from payouts.rails where name = :name for no key update;

-- name: lock_owner
-- One after the other for each owner, so that what the next statement reads still holds when it is acted on.
select pg_advisory_xact_lock(hashtextextended('payouts.bank_accounts ' || :owner::text, 0))::text;

-- name: end_bank_account
update payouts.bank_accounts set ended_at = :now where owner = :owner and ended_at is null;

-- name: add_bank_account
insert into payouts.bank_accounts (id, owner, holder, number, bank_code, added_at, usable_at)
values (:id, :owner, :holder, :number, :bank_code, :now, :usable_at);

-- name: bank_account
select id, owner, holder, number, bank_code, added_at, usable_at
  from payouts.bank_accounts where owner = :owner and ended_at is null;

-- name: put_standing
insert into payouts.standing (source, source_name, owner, account, keep, done_for)
values (:source, :source_name, :owner, :account, :keep, :done_for)
    on conflict (source) do update set keep = excluded.keep, source_name = excluded.source_name;

-- name: drop_standing
delete from payouts.standing where source = :source and owner = :owner;

-- name: standing_of_owner
select source, source_name, owner, account, keep, done_for from payouts.standing where owner = :owner order by source;

-- name: next_standing
-- Somebody's turn; one that another worker has in hand is passed over, and so is what broke in this round.
select source, source_name, owner, account, keep, done_for from payouts.standing
 where done_for < :day and source <> all(:but) order by done_for, source limit 1 for update skip locked;

-- name: standing_done
update payouts.standing set done_for = :day where source = :source;

-- name: add_payout
insert into payouts.payouts
       (id, rail, source, source_name, owner, account, bank_account, amount, currency, business_date, automatic, requested_at)
values (:id, :rail, :source, :source_name, :owner, :account, :bank_account, :amount, :currency, :business_date,
        :automatic, :requested_at);

-- name: payout
select p.id, p.source, p.source_name, p.owner, p.amount, p.currency, p.state, p.automatic, p.business_date, a.holder,
       a.number, p.reason_code, p.reason, p.by_hand, p.requested_at, b.sent_at, p.settled_at, p.ended_at
  from payouts.payouts p
  join payouts.bank_accounts a on a.id = p.bank_account
  left join payouts.batches b on b.id = p.batch
 where p.id = :id and p.owner = :owner;

-- name: payouts_of_owner
select p.id, p.source, p.source_name, p.owner, p.amount, p.currency, p.state, p.automatic, p.business_date, a.holder,
       a.number, p.reason_code, p.reason, p.by_hand, p.requested_at, b.sent_at, p.settled_at, p.ended_at
  from payouts.payouts p
  join payouts.bank_accounts a on a.id = p.bank_account
  left join payouts.batches b on b.id = p.batch
 where p.owner = :owner and (p.source = p.owner) = :of_wallet and (:before::uuid is null or p.id < :before)
 order by p.id desc limit :limit;

-- name: payouts_of_batch
select p.id, p.source, p.source_name, p.owner, p.amount, p.currency, p.state, p.automatic, p.business_date, a.holder,
       a.number, p.reason_code, p.reason, p.by_hand, p.requested_at, b.sent_at, p.settled_at, p.ended_at
  from payouts.payouts p
  join payouts.bank_accounts a on a.id = p.bank_account
  join payouts.batches b on b.id = p.batch
 where p.batch = :batch
 order by p.id;

-- name: to_batch
-- What no batch has yet, oldest first, of one currency and up to one date; but for what cannot be written.
select p.id, p.source_name, p.amount, p.currency, a.holder, a.number, a.bank_code
  from payouts.payouts p join payouts.bank_accounts a on a.id = p.bank_account
 where p.rail = :rail and p.state = 'requested' and p.business_date <= :day
   and not exists (select from payouts.breaks k where k.payout = p.id and k.kind = 'unwritable' and k.state = 'open')
   and not exists (select from people.freezes f where f.resident = p.owner and f.ended_at is null)
 order by p.id limit :limit for update of p;

-- name: hold_owners
-- Of what waits for a batch: whoever freezes their account right now is waited for, and nobody does until this commits.
select id from people.residents
 where id in (select owner from payouts.payouts where rail = :rail and state = 'requested')
 order by id for share;

-- name: frozen_payouts
-- What has not left the hall yet, of owners whose account is frozen.
select p.id from payouts.payouts p join people.freezes f on f.resident = p.owner and f.ended_at is null
 where p.rail = :rail and p.state = 'requested'
 order by p.id limit :limit;

-- name: next_number
select coalesce(max(number), 0) + 1 from payouts.batches where rail = :rail and business_date = :day;

-- name: add_batch
insert into payouts.batches
       (id, rail, business_date, number, execution_date, message_id, count, total, currency, content, made_at)
values (:id, :rail, :business_date, :number, :execution_date, :message_id, :count, :total, :currency, :content, :now);

-- name: put_into_batch
update payouts.payouts set state = 'batched', batch = :batch where id = any(:ids);

-- name: to_send
select id, message_id, content from payouts.batches where rail = :rail and state = 'ready' order by made_at, id limit 1;

-- name: batch_sent
update payouts.batches set state = 'sent', sent_at = :now where id = :id and state = 'ready';

-- name: payouts_sent
update payouts.payouts set state = 'sent' where batch = :batch and state = 'batched';

-- name: shares_of_batch
-- What each owner has in a batch, and of that what arrived and what came back.
select owner, count(*) as count, sum(amount)::bigint as total,
       count(*) filter (where state = 'settled') as settled, count(*) filter (where giving_back is not null) as given_back
  from payouts.payouts where batch = :batch group by owner order by owner;

-- name: finish_batches
-- Of these batches, those of which nothing is under way any more.
update payouts.batches b set state = 'finished', finished_at = :now
 where b.id = any(:ids) and b.state = 'sent'
   and not exists (select from payouts.payouts p
                    where p.batch = b.id and p.state in ('requested', 'batched', 'sent', 'accepted'))
returning b.id;

-- name: batch
select id, business_date, number, execution_date, message_id, count, total, currency, state, made_at, sent_at, finished_at,
       resent_at
  from payouts.batches where id = :id;

-- name: batch_content
select id, message_id, content from payouts.batches where id = :id and state <> 'ready';

-- name: batch_resent
update payouts.batches set resent_at = :now, resent_by = :resident where id = :id and state <> 'ready';

-- name: has_exits
-- Whether any payout of a batch is in its account again, or was ended by two operators, whatever came of it since.
select exists (select from payouts.payouts where batch = :batch and giving_back is not null)
    or exists (select from payouts.payouts p
                 join payouts.breaks k on k.payout = p.id
                 join payouts.break_steps s on s.break = k.id and s.what = 'resolved' and s.way is not null
                where p.batch = :batch);

-- name: batch_by_message
select id, business_date, number, execution_date, message_id, count, total, currency, state, made_at, sent_at, finished_at,
       resent_at
  from payouts.batches where rail = :rail and message_id = :message_id;

-- name: newest_batches
select id, business_date, number, execution_date, message_id, count, total, currency, state, made_at, sent_at, finished_at,
       resent_at
  from payouts.batches order by made_at desc, id desc limit :limit;

-- name: payout_state
select state from payouts.payouts where id = :id;

-- name: lock_payouts
select id, source, owner, account, batch, amount, currency, state, by_hand
  from payouts.payouts where id = any(:ids) order by id for update;

-- name: payouts_in_batch
select id, source, owner, account, batch, amount, currency, state, by_hand from payouts.payouts where batch = :batch order by id;

-- name: move_payouts
update payouts.payouts p
   set state = r.state, reason_code = coalesce(r.reason_code, p.reason_code), reason = coalesce(r.reason, p.reason),
       by_hand = r.by_hand, settling = coalesce(r.settling, p.settling), giving_back = coalesce(r.giving_back, p.giving_back),
       accepted_at = coalesce(p.accepted_at, r.accepted_at), settled_at = coalesce(p.settled_at, r.settled_at),
       ended_at = coalesce(p.ended_at, r.ended_at)
  from json_to_recordset(:rows) as r(id uuid, state text, reason_code text, reason text, by_hand text, settling uuid, giving_back uuid,
                                     accepted_at timestamptz, settled_at timestamptz, ended_at timestamptz)
 where p.id = r.id;

-- name: unfiled
select id, name, sha256, state from payouts.files where rail = :rail and not filed order by at;

-- name: file_filed
update payouts.files set filed = true where id = :id;

-- name: seen_before
-- The same bytes, or another file that says it is the same message.
select name from payouts.files
 where rail = :rail and state = 'read' and (sha256 = :sha256 or (kind = :kind and message_id = :message_id))
 order by at limit 1;

-- name: add_file
insert into payouts.files (id, rail, name, sha256, size, kind, message_id, state, code, path, detail, at)
values (:id, :rail, :name, :sha256, :size, :kind, :message_id, :state, :code, :path, :detail, :at);

-- name: newest_files
select id, name, sha256, size, kind, message_id, state, code, path, detail, at
  from payouts.files order by at desc, id desc limit :limit;

-- name: reports_seen
select p.number from payouts.reports p join json_to_recordset(:rows) as r(year int, number text)
    on p.year = r.year and p.number = r.number
 where p.kind = :kind and p.account = :account order by p.number;

-- name: add_reports
insert into payouts.reports (id, file, kind, number, account, year, booked_on, opening, closing)
select r.id, :file, :kind, r.number, :account, r.year, r.booked_on, r.opening, r.closing
  from json_to_recordset(:rows) as r(id uuid, number text, year int, booked_on date, opening bigint, closing bigint);

-- name: add_lines
insert into payouts.lines (id, report, entry, detail, digest, booked_on, amount, end_to_end_id, returned, payout)
select r.id, r.report, r.entry, r.detail, r.digest, r.booked_on, r.amount, r.end_to_end_id, r.returned, r.payout
  from json_to_recordset(:rows) as r(id uuid, report uuid, entry int, detail int, digest text, booked_on date,
                                     amount bigint, end_to_end_id text, returned boolean, payout uuid);

-- name: known_payouts
select id from payouts.payouts where rail = :rail and id = any(:ids);

-- name: booked_before
-- What the bank has told of these payouts, oldest first.
select l.payout, l.id as line, r.file, r.kind, l.amount
  from payouts.lines l join payouts.reports r on r.id = l.report
 where l.payout = any(:ids)
 order by r.file, l.id;

-- name: open_break
insert into payouts.breaks (id, rail, business_date, kind, payout, line, report, batch, ours, theirs, opened_at)
values (:id, :rail, :business_date, :kind, :payout, :line, :report, :batch, :ours, :theirs, :now)
    on conflict do nothing;

-- name: add_step
insert into payouts.break_steps (break, number, what, way, reason, resident, asked_in, asked_by, at)
select :break_id, coalesce(max(number), 0) + 1, :what, :way, :reason, :resident, :asked_in, :asked_by, :now
  from payouts.break_steps where break = :break_id;

-- name: lock_break
select id from payouts.breaks where id = :id for update;

-- name: resolve_break
update payouts.breaks set state = 'resolved' where id = :id and state = 'open';

-- name: gaps
-- The statements of an account, from a date on, that do not begin where the one before them ended.
select r.id as report, r.booked_on, b.closing as ours, r.opening as theirs
  from payouts.reports r
  cross join lateral (
    select p.closing from payouts.reports p
     where p.kind = 'statement' and p.account = r.account and (p.booked_on, p.id) < (r.booked_on, r.id)
     order by p.booked_on desc, p.id desc limit 1) b
 where r.kind = 'statement' and r.account = :account and r.booked_on >= :first and b.closing <> r.opening
 order by r.booked_on, r.id;

-- name: closed_gaps
-- Open breaks of statements from a date on that are no gaps any more.
select k.id from payouts.breaks k join payouts.reports r on r.id = k.report
 where k.kind = 'balance' and k.state = 'open' and r.account = :account and r.booked_on >= :first
   and k.report <> all(:gaps)
 order by k.id for update of k;

-- name: waiting_breaks
-- What was missed of these payouts until now.
select id from payouts.breaks
 where payout = any(:ids) and state = 'open' and kind in ('late', 'missing_theirs', 'second_copy') order by id for update;

-- name: breaks_of_lines
-- Open differences about the amount or the number of these lines.
select id from payouts.breaks
 where line = any(:lines) and state = 'open' and kind in ('amount', 'duplicate') order by id for update;

-- name: second_copies
select id from payouts.breaks where batch = any(:ids) and state = 'open' order by id for update;

-- name: break_of
select k.id, k.business_date, k.kind, k.payout, k.line, k.ours, k.theirs, k.state, k.opened_at, b.message_id, l.end_to_end_id,
       b.resent_at,
       coalesce((select what = 'asked' from payouts.break_steps where break = k.id order by number desc limit 1), false)
         as is_asked
  from payouts.breaks k
  left join payouts.payouts p on p.id = k.payout
  left join payouts.batches b on b.id = coalesce(p.batch, k.batch)
  left join payouts.lines l on l.id = k.line
 where k.id = :id;

-- name: newest_breaks
select k.id, k.business_date, k.kind, k.payout, k.line, k.ours, k.theirs, k.state, k.opened_at, b.message_id, l.end_to_end_id,
       b.resent_at,
       coalesce((select what = 'asked' from payouts.break_steps where break = k.id order by number desc limit 1), false)
         as is_asked
  from payouts.breaks k
  left join payouts.payouts p on p.id = k.payout
  left join payouts.batches b on b.id = coalesce(p.batch, k.batch)
  left join payouts.lines l on l.id = k.line
 order by k.state, k.opened_at desc, k.id desc limit :limit;

-- name: steps
select number, what, way, reason, resident, at from payouts.break_steps where break = :break_id order by number;

-- name: days
-- The newest dates on which something was sent or booked, our side and theirs. The dates first, and only what is theirs.
with dates as (
  (select distinct execution_date as day from payouts.batches order by 1 desc limit :limit)
   union
  (select distinct booked_on from payouts.lines where amount < 0 and booked_on is not null order by 1 desc limit :limit)
   order by day desc limit :limit
)
select d.day as business_date, o.count as ours, o.total as ours_total, t.count as theirs, t.total as theirs_total,
       exists (select from payouts.reports r where r.kind = 'statement' and r.booked_on = d.day) as has_statement,
       (select count(*) from payouts.breaks k where k.state = 'open' and k.business_date = d.day) as open_breaks,
       o.by_hand, o.by_hand_total
  from dates d
  cross join lateral (
    select count(*) filter (where p.state <> 'rejected' or p.by_hand is not null) as count,
           coalesce(sum(p.amount) filter (where p.state <> 'rejected' or p.by_hand is not null), 0)::bigint as total,
           count(*) filter (where p.by_hand is not null) as by_hand,
           coalesce(sum(p.amount) filter (where p.by_hand is not null), 0)::bigint as by_hand_total
      from payouts.batches b join payouts.payouts p on p.batch = b.id
     where b.execution_date = d.day and p.state in ('sent', 'accepted', 'settled', 'returned', 'rejected')) o
  cross join lateral (
    select count(*) as count, -coalesce(sum(l.amount), 0)::bigint as total
      from payouts.lines l join payouts.reports r on r.id = l.report and r.kind = 'statement'
     where l.booked_on = d.day and l.amount < 0) t
 where o.count + t.count + o.by_hand > 0
 order by d.day desc;

-- name: has_statement
select exists (select from payouts.reports where kind = 'statement');
