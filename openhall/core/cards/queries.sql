-- name: claim_rail
-- The first caller makes the rail; one that races with it waits for its commit and gets no row.
insert into cards.rails (name, account) values ('card', :account) on conflict (name) do nothing returning account;

-- name: rail
select account from cards.rails where name = 'card';

-- name: lock_resident
-- What one resident does with cards happens one after the other, so that it can be counted in the next statement.
select pg_advisory_xact_lock(hashtextextended('cards ' || :resident::text, 0))::text;

-- name: standing
-- How many are not finished, and what cards brought or may still bring since then.
select count(*) filter (where state = 'processing') as waiting,
       coalesce(sum(amount) filter (where state <> 'failed' and at > :since), 0)::bigint as brought
  from cards.top_ups where resident = :resident;

-- name: add_top_up
insert into cards.top_ups (id, resident, wallet, amount, currency, next_query_at, at)
values (:id, :resident, :wallet, :amount, :currency, :now, :now);

-- name: top_up
select id, resident, state, amount, currency, page, card, returned, reason, at, finished_at
  from cards.top_ups where id = :id and resident = :resident;

-- name: unfinished
select id, amount, at from cards.top_ups where resident = :resident and state = 'processing' order by at, id;

-- name: claim_top_up
-- Moving the next query beyond the lease keeps every other worker away; a killed worker's claim runs out by itself.
update cards.top_ups set next_query_at = :lease_ends, attempts = attempts + 1
 where id = :id and state = 'processing' and next_query_at <= :now
returning id, id as payment, amount, currency, attempts, at;

-- name: lock_top_up
select id, resident, wallet, state, amount, currency from cards.top_ups where id = :id for update;

-- name: note_checkout
update cards.top_ups set page = coalesce(:page, page), card = coalesce(:card, card) where id = :id;

-- name: succeed_top_up
update cards.top_ups set state = 'succeeded', next_query_at = null, finished_at = :now where id = :id;

-- name: fail_top_up
update cards.top_ups set state = 'failed', reason = :reason, next_query_at = null, finished_at = :now where id = :id;

-- name: ask_top_up_again
update cards.top_ups set next_query_at = :next_query_at where id = :id and state = 'processing' and attempts = :attempts;

-- name: due_top_ups
select id from cards.top_ups where state = 'processing' and next_query_at <= :now order by next_query_at limit :limit;

-- name: sources
-- What may still go back, in the order in which it came. Where the processor spoke against itself, as after a card's
-- holder got the money back from their bank, nothing does until a person has looked.
select id, card, amount - returned as left from cards.top_ups t
 where resident = :resident and state = 'succeeded' and returned < amount
   and not exists (select from cards.inbox where reference = t.id::text and verdict = 'contradiction')
 order by at, id;

-- name: take_back
update cards.top_ups set returned = returned + :amount where id = :id and state = 'succeeded' and returned + :amount <= amount;

-- name: put_back
update cards.top_ups set returned = returned - :amount where id = :id;

-- name: add_leaving
insert into cards.leavings (id, resident, wallet, amount, rest, currency, at)
values (:id, :resident, :wallet, :amount, :rest, :currency, :now);

-- name: add_refunds
insert into cards.refunds (id, leaving, top_up, resident, wallet, amount, currency, next_query_at, at)
select id, :leaving, top_up, :resident, :wallet, amount, :currency, :now, :now
  from json_to_recordset(:rows) as r(id uuid, top_up uuid, amount bigint);

-- name: leaving
select id, amount, rest, currency, at from cards.leavings where id = :id and resident = :resident;

-- name: leavings
select id, amount, rest, currency, at from cards.leavings where resident = :resident order by at desc, id desc limit 20;

-- name: parts
select f.id, t.card, f.amount, f.state, f.reason, f.finished_at
  from cards.refunds f join cards.top_ups t on t.id = f.top_up
 where f.leaving = :leaving order by t.at, t.id;

-- name: sums
select coalesce(sum(e.amount) filter (where e.amount > 0 and x.reason = 'card_top_up'), 0)::bigint as from_cards,
       coalesce(sum(e.amount) filter (where e.amount > 0 and x.reason <> 'card_top_up'), 0)::bigint as other,
       coalesce(-sum(e.amount) filter (where e.amount < 0 and x.reason <> 'card_return'), 0)::bigint as spent,
       coalesce(-sum(e.amount) filter (where e.amount < 0 and x.reason = 'card_return'), 0)::bigint as back
  from ledger.entries e join ledger.transfers x on x.id = e.transfer
 where e.account = :wallet;

-- name: claim_refund
update cards.refunds set next_query_at = :lease_ends, attempts = attempts + 1
 where id = :id and state = 'processing' and next_query_at <= :now
returning id, top_up as payment, amount, currency, attempts, at;

-- name: lock_refund
select id, resident, wallet, state, amount, currency from cards.refunds where id = :id for update;

-- name: about_refund
select f.id, f.leaving, f.top_up, t.card
  from cards.refunds f join cards.top_ups t on t.id = f.top_up where f.id = :id;

-- name: succeed_refund
update cards.refunds set state = 'succeeded', next_query_at = null, finished_at = :now where id = :id;

-- name: fail_refund
update cards.refunds set state = 'failed', reason = :reason, next_query_at = null, finished_at = :now where id = :id;

-- name: ask_refund_again
update cards.refunds set next_query_at = :next_query_at where id = :id and state = 'processing' and attempts = :attempts;

-- name: due_refunds
select id from cards.refunds where state = 'processing' and next_query_at <= :now order by next_query_at limit :limit;

-- name: store_notice
-- Once by the processor's own id of it: no row when it was here before.
insert into cards.inbox (event_id, received_at, reference, state, verdict)
values (:event_id, :now, :reference, :state, 'received')
    on conflict (event_id) do nothing;

-- name: note_verdict
update cards.inbox set verdict = :verdict where event_id = :event_id;

-- The promises of cards, as queries that return what breaks them.

-- name: broken_succeeded
-- A succeeded top-up has exactly one transfer of its amount, from the rail into its wallet, or for it when it was closed.
select t.id, t.amount, x.amount as transferred
  from cards.top_ups t
  left join ledger.transfers x
    on x.id = t.id and x.kind = 'posted'
   and coalesce((select u.wallet from closing.unclaimed u where u.id = x.id), x.credit) = t.wallet and x.currency = t.currency
   and x.debit = (select account from cards.rails where name = 'card')
 where t.state = 'succeeded' and x.amount is distinct from t.amount
 order by t.id limit 100;

-- name: broken_unfinished
select t.id, t.state from cards.top_ups t join ledger.transfers x on x.id = t.id
 where t.state <> 'succeeded' order by t.id limit 100;

-- name: broken_rail
-- Nothing passes the rail's account but what top-ups brought and refunds took.
select x.id, x.amount
  from ledger.transfers x
  join cards.rails r on r.account in (x.debit, x.credit)
  left join cards.top_ups t on t.id = x.id and t.state = 'succeeded' and r.account = x.debit
  left join cards.refunds f on f.id = coalesce(x.hold, x.id) and r.account = x.credit
 where t.id is null and f.id is null order by x.id limit 100;

-- name: broken_returned
-- What a top-up says went back is what its refunds say.
select t.id, t.returned, coalesce(sum(f.amount), 0) as refunded
  from cards.top_ups t left join cards.refunds f on f.top_up = t.id and f.state <> 'failed'
 group by t.id having t.returned <> coalesce(sum(f.amount), 0) order by t.id limit 100;

-- name: broken_refunds
-- Every refund has its hold; it is captured in full when the refund succeeded, voided when it failed, open until then.
select f.id, f.state, h.amount as held, e.kind as ended
  from cards.refunds f
  left join ledger.transfers h on h.id = f.id and h.kind = 'pending' and h.debit = f.wallet
  left join ledger.transfers e on e.hold = f.id
 where h.amount is distinct from f.amount
    or e.kind is distinct from case f.state when 'succeeded' then 'capture' when 'failed' then 'void' end
    or (f.state = 'succeeded' and e.amount is distinct from f.amount)
 order by f.id limit 100;

-- name: broken_leavings
select l.id, l.amount, sum(f.amount) as parts
  from cards.leavings l left join cards.refunds f on f.leaving = l.id
 group by l.id having l.amount is distinct from sum(f.amount) order by l.id limit 100;

-- name: broken_forgotten
-- What is processing is asked about again in time.
select id, at, next_query_at from cards.top_ups
 where state = 'processing' and next_query_at < now() - interval '15 minutes'
 union all
select id, at, next_query_at from cards.refunds
 where state = 'processing' and next_query_at < now() - interval '15 minutes' limit 100;

-- name: broken_stuck
-- After half an hour a checkout is cancelled, and a refund is the processor's to make: either needs a person when silent.
select id, at from cards.top_ups where state = 'processing' and at < now() - interval '1 day'
 union all
select id, at from cards.refunds where state = 'processing' and at < now() - interval '7 days' limit 100;

-- name: broken_contradicted
select event_id, reference, state from cards.inbox where verdict = 'contradiction' order by received_at limit 100;

-- name: obstacle_top_ups
select count(*) as count, sum(amount)::bigint as amount from cards.top_ups
 where resident = :resident and state = 'processing';

-- name: obstacle_refunds
select count(*) as count, sum(amount)::bigint as amount from cards.refunds
 where resident = :resident and state = 'processing';
