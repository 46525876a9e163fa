-- name: claim_rail
-- The first caller makes the rail; one that races with it waits for its commit and gets no row.
insert into rails.rails (name, account) values (:name, :account) on conflict (name) do nothing returning account;

-- name: rail
select account from rails.rails where name = :name;

-- name: link_bank_account
insert into rails.bank_accounts (id, resident, name, bank, masked, agreement, created_at)
values (:id, :resident, :name, :bank, :masked, :agreement, :now)
    on conflict (resident, name) do nothing;

-- name: bank_account
select id, name, bank, masked, agreement from rails.bank_accounts where resident = :resident and name = :name;

-- name: bank_accounts
select id, name, bank, masked, agreement from rails.bank_accounts where resident = :resident order by created_at, id;

-- name: lock_resident
-- The top-ups of one resident start one after the other, so that they can be counted in the next statement.
select pg_advisory_xact_lock(hashtextextended('rails.top_ups ' || :resident::text, 0))::text;

-- name: count_processing
select count(*) from rails.top_ups where resident = :resident and state = 'processing';

-- name: add_top_up
insert into rails.top_ups (id, resident, wallet, bank_account, amount, currency, next_query_at, at)
values (:id, :resident, :wallet, :bank_account, :amount, :currency, :now, :now);

-- name: top_up
select t.id, t.resident, t.wallet, t.state, t.amount, t.currency, t.reason, t.at, t.finished_at,
       b.name as bank_account, b.bank, b.masked
  from rails.top_ups t join rails.bank_accounts b on b.id = t.bank_account
 where t.id = :id and t.resident = :resident;

-- name: claim
-- Moving the next query beyond the lease keeps every other worker away; a killed worker's claim runs out by itself.
update rails.top_ups t set next_query_at = :lease_ends, attempts = t.attempts + 1
  from rails.bank_accounts b
 where t.id = :id and b.id = t.bank_account and t.state = 'processing' and t.next_query_at <= :now
returning t.id, b.agreement, t.amount, t.currency, t.attempts, t.at;

-- name: lock_top_up
select id, resident, wallet, state, amount, currency from rails.top_ups where id = :id for update;

-- name: succeed
update rails.top_ups set state = 'succeeded', next_query_at = null, finished_at = :now where id = :id;

-- name: fail
update rails.top_ups set state = 'failed', reason = :reason, next_query_at = null, finished_at = :now where id = :id;

-- name: ask_again
update rails.top_ups set next_query_at = :next_query_at where id = :id and state = 'processing' and attempts = :attempts;

-- name: due
select id from rails.top_ups where state = 'processing' and next_query_at <= :now order by next_query_at limit :limit;

-- name: store_notice
-- Once by the bank's own id of it: no row when it was here before.
insert into rails.inbox (source, event_id, received_at, reference, state, verdict)
values (:source, :event_id, :now, :reference, :state, 'received')
    on conflict (source, event_id) do nothing;

-- name: note_verdict
update rails.inbox set verdict = :verdict where source = :source and event_id = :event_id;

-- The promises of rails, as queries that return what breaks them.

-- name: broken_succeeded
-- A succeeded top-up has exactly one transfer of its amount, from the rail into its wallet, or for it when it was closed.
select t.id, t.amount, x.amount as transferred
  from rails.top_ups t
  left join ledger.transfers x
    on x.id = t.id and x.kind = 'posted'
   and coalesce((select u.wallet from closing.unclaimed u where u.id = x.id), x.credit) = t.wallet and x.currency = t.currency
   and x.debit = (select account from rails.rails where name = 'bank')
 where t.state = 'succeeded' and x.amount is distinct from t.amount
 order by t.id limit 100;

-- name: broken_unfinished
-- A top-up that is processing or failed has no transfer.
select t.id, t.state from rails.top_ups t join ledger.transfers x on x.id = t.id
 where t.state <> 'succeeded' order by t.id limit 100;

-- name: broken_rail
-- Nothing leaves the rail's account but what a top-up brought.
select x.id, x.amount
  from ledger.transfers x
  join rails.rails r on r.account = x.debit
  left join rails.top_ups t on t.id = x.id and t.state = 'succeeded'
 where t.id is null order by x.id limit 100;

-- name: broken_forgotten
-- A processing top-up is asked about again in time.
select id, at, next_query_at, attempts from rails.top_ups
 where state = 'processing' and next_query_at < now() - interval '15 minutes'
 order by next_query_at limit 100;

-- name: broken_stuck
-- After half an hour the bank is asked to cancel, so a day without its word needs a person: the bank is silent, or the
-- ledger refuses money that the bank has taken.
select id, at, next_query_at, attempts from rails.top_ups
 where state = 'processing' and at < now() - interval '1 day'
 order by at limit 100;

-- name: broken_contradicted
-- The bank never spoke against its own final word, nor of another amount.
select source, event_id, reference, state from rails.inbox
 where verdict = 'contradiction' order by received_at limit 100;


-- name: obstacle_top_ups
select count(*) as count, sum(amount)::bigint as amount from rails.top_ups
 where resident = :resident and state = 'processing';

-- name: erase_agreements
-- What the bank calls the agreement may name whoever made it.
update rails.bank_accounts set agreement = '-' where resident = :resident;
