-- Bringing history in: transfers with times of their own, a whole relation of them at once. Money of a running hall never
-- moves so: every account must be without entries, which no account is that anybody ever used.

-- `source` has the columns id, debit, credit, amount, currency, reason, business_date, at. Returns how many transfers it
-- had. What is written is what posting them one by one, in the order of their times, would have written.
create function ledger.import_history(source regclass) returns bigint language plpgsql
  set work_mem = '256MB'
as $$
declare
  first  date;
  months int;
  late   boolean;
  moved  bigint;
  named  uuid[];
  wrong  uuid;
begin
  execute format('select min(business_date), max(at) > now() from %s', source) into first, late;
  if late then
    raise exception 'history is over: a transfer of it lies in the future' using errcode = 'restrict_violation';
  end if;
  months := (extract(year from age(current_date, first)) * 12 + extract(month from age(current_date, first)) + 2)::int;
  perform ledger.ensure_partitions(first, months);
  execute format('select array_agg(distinct s.account) from %s t, lateral (values (t.debit), (t.credit)) s(account)',
                 source) into named;
  perform from ledger.accounts a where a.id = any(named) order by a.id for no key update;
  select h.account into wrong
    from unnest(named) h(account) left join ledger.accounts a on a.id = h.account
   where a.id is null or a.closed_at is not null or a.busy
      or (a.entries, a.credits, a.debits, a.pending_credits, a.pending_debits) <> (0, 0, 0, 0, 0)
   limit 1;
  if found then
    raise exception 'history goes only to open accounts without entries, which % is not', wrong
      using errcode = 'restrict_violation';
  end if;
  execute format('insert into ledger.journal (id, kind, debit, credit, amount, currency, reason, business_date, at) '
                 'select id, ''posted'', debit, credit, amount, currency, reason, business_date, at '
                 'from %s order by at, id', source);
  get diagnostics moved = row_count;
  execute format($sql$
    with written as (
      insert into ledger.entries (account, number, transfer, amount, balance, business_date, at)
      select s.account, row_number() over w, t.id, s.amount, sum(s.amount) over w, t.business_date, t.at
        from %s t, lateral (values (t.debit, -t.amount), (t.credit, t.amount)) s(account, amount)
      window w as (partition by s.account order by t.at, t.id)
      returning account, amount, balance
    ), sums as (
      select account, count(*) as entries, coalesce(sum(amount) filter (where amount > 0), 0) as credits,
             coalesce(-sum(amount) filter (where amount < 0), 0) as debits, min(balance) as lowest
        from written group by account
    ), changed as (
      update ledger.accounts a set entries = s.entries, credits = s.credits, debits = s.debits
        from sums s where a.id = s.account
      returning a.id, s.lowest < a.floor as below
    )
    select id from changed where below limit 1$sql$, source) into wrong;
  if wrong is not null then
    raise exception 'the account % would have been below its floor', wrong using errcode = 'check_violation';
  end if;
  -- Whoever reads on in this transaction is planned for what is there now.
  analyze ledger.accounts, ledger.journal, ledger.entries;
  return moved;
end
$$;
