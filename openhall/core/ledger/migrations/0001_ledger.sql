create schema ledger;

-- Domains rather than table constraints: these are proven when a value arrives, not again whenever a balance changes.
create domain ledger.word as text constraint is_a_word check (value ~ '^[a-z][a-z0-9_.]{0,62}$');
create domain ledger.currency as text constraint is_a_currency check (value ~ '^[A-Z]{3}$');

-- One row per account: whose it is, its bound, and its sums. Balance = credits - debits; all money in minor units.
create table ledger.accounts (
  id              uuid primary key,
  kind            ledger.word not null,             -- "wallet", "shop", "rail.bank"
  owner           uuid,                             -- a resident, a shop, a campaign; null: the hall itself
  currency        ledger.currency not null,
  floor           bigint,                           -- the balance never falls below it; null: no bound
  busy            boolean not null default false,   -- its movements are appended and folded in later
  opened_at       timestamptz not null,
  closed_at       timestamptz,
  frozen_at       timestamptz,                      -- nothing leaves it; what comes in comes in
  credits         bigint not null default 0,
  debits          bigint not null default 0,
  pending_credits bigint not null default 0,
  pending_debits  bigint not null default 0,
  entries         bigint not null default 0,        -- how many entries the account has: the number of the last one
  constraint account_sums_are_not_negative
    check (credits >= 0 and debits >= 0 and pending_credits >= 0 and pending_debits >= 0 and entries >= 0),
  -- Held money is spent money as far as the bound is concerned, or several holds could promise the same yuan.
  constraint account_stays_above_its_floor
    check (floor is null or credits - debits - pending_debits >= floor)
) with (fillfactor = 70);   -- sums are rewritten often: room for updates on the same page, without touching the indexes
create index accounts_busy on ledger.accounts (id) where busy;
create index accounts_owner on ledger.accounts (owner, kind) where owner is not null;

-- Every id the ledger has answered for good, with the answer: a transfer that happened, or one that was refused for a
-- passing reason and must stay refused. One table, so that one unique index decides a race for an id.
create table ledger.journal (
  id            uuid primary key,                   -- made and stored by the caller before it asks
  kind          text not null,
  debit         uuid not null,
  credit        uuid not null,
  amount        bigint not null,
  currency      text not null,
  hold          uuid,                               -- the pending transfer that this one resolves
  reason        text not null,                      -- a short word for statements: "payment", "top_up"
  business_date date not null,
  at            timestamptz not null,
  expires_at    timestamptz,                        -- of a pending transfer: from then on it cannot be captured
  refused       text,                               -- the refusal code; null: it happened
  constraint journal_kind_is_known check (kind in ('posted', 'pending', 'capture', 'void', 'expire')),
  constraint journal_moves_between_two_accounts check (debit <> credit or refused is not null),
  constraint journal_amount_is_positive check (amount > 0 or (kind in ('void', 'expire') and amount = 0)),
  constraint journal_resolution_names_its_hold
    check ((kind in ('capture', 'void', 'expire')) = (hold is not null)),
  constraint journal_only_a_hold_expires check (expires_at is null or kind = 'pending')
);
-- A hold is captured, voided or expired at most once.
create unique index hold_is_resolved_once on ledger.journal (hold) where hold is not null and refused is null;

create view ledger.transfers as
  select id, kind, debit, credit, amount, currency, hold, reason, business_date, at, expires_at
    from ledger.journal where refused is null;

create view ledger.refusals as
  select id, refused as code, kind, debit, credit, amount, currency, hold, reason, at
    from ledger.journal where refused is not null;

-- The holds that nobody has resolved yet: what the journal says, in a form that stays small for the expiry job.
create table ledger.open_holds (
  id         uuid primary key,
  expires_at timestamptz
);
create index open_holds_expire on ledger.open_holds (expires_at) where expires_at is not null;

-- One side of a transfer on one account, numbered per account without gaps, with the balance after it.
create table ledger.entries (
  account       uuid not null,
  number        bigint not null,
  transfer      uuid not null,
  amount        bigint not null,                    -- credit positive, debit negative
  balance       bigint not null,                    -- of the account, after this entry
  business_date date not null,
  at            timestamptz not null,
  primary key (account, number, business_date)
) partition by range (business_date);
create table ledger.entries_rest partition of ledger.entries default;

-- Movements of busy accounts that wait to be folded into the account's row and its numbered entries. A thousand payers
-- of one account add rows here side by side, where they would queue behind the one row of the account.
create table ledger.unfolded (
  account         uuid not null,
  id              bigint generated always as identity,
  transfer        uuid not null,
  amount          bigint not null,                  -- credit positive, debit negative; 0: only a hold moved
  pending_credits bigint not null,
  pending_debits  bigint not null,
  business_date   date not null,
  at              timestamptz not null,
  primary key (account, id)
) with (autovacuum_vacuum_scale_factor = 0.0, autovacuum_vacuum_threshold = 5000,
        autovacuum_vacuum_insert_scale_factor = 0.0, autovacuum_vacuum_insert_threshold = 50000);

create function ledger.refuse_change() returns trigger language plpgsql as $$
begin
  raise exception '% is append-only: a correction is a new transfer', tg_table_name
    using errcode = 'restrict_violation';
end
$$;
create trigger append_only before update or delete or truncate on ledger.journal
  for each statement execute function ledger.refuse_change();
create trigger append_only before update or delete or truncate on ledger.entries
  for each statement execute function ledger.refuse_change();
create trigger append_only before update or delete or truncate on ledger.entries_rest
  for each statement execute function ledger.refuse_change();

-- Everything a list of transfers changes. Sums are absolute because the rows are locked. Rows are inserted in one order,
-- so that two writers racing for the same ids or holds wait for one another in one direction only. A race that is lost
-- is answered, not raised, and leaves nothing behind but the caller's locks: a function with an exception block does in
-- one call what a savepoint takes three round trips for.
create function ledger.write(
  now timestamptz, business_date date,
  ids uuid[], kinds text[], debits uuid[], credits uuid[], amounts bigint[], currencies text[], holds uuid[],
  reasons text[], expires_in bigint[], refused text[],
  debit_entries bigint[], debit_balances bigint[], credit_entries bigint[], credit_balances bigint[],
  accounts uuid[], places tid[], new_credits bigint[], new_debits bigint[], new_pending_credits bigint[],
  new_pending_debits bigint[], new_entries bigint[],
  moved_accounts uuid[], moved_transfers uuid[], moved_amounts bigint[], moved_pending_credits bigint[],
  moved_pending_debits bigint[],
  opened uuid[], resolved uuid[]
)
-- However small the table of accounts was when the plan was made: rows are found where they were read.
returns text language plpgsql set enable_seqscan = off as $$
declare
  changed bigint;
  raced   text;
begin
  with input as materialized (
    select * from unnest(ids, kinds, debits, credits, amounts, currencies, holds, reasons, expires_in, refused,
                         debit_entries, debit_balances, credit_entries, credit_balances)
      as r(id, kind, debit, credit, amount, currency, hold, reason, seconds, refusal,
           debit_entry, debit_balance, credit_entry, credit_balance)
  ), journal as (
    insert into ledger.journal (id, kind, debit, credit, amount, currency, hold, reason, business_date, at, expires_at,
                                refused)
    select id, kind, debit, credit, amount, currency, hold, reason, write.business_date, now,
           now + make_interval(secs => seconds), refusal
      from input order by coalesce(hold, id), id
  ), entries as (
    insert into ledger.entries (account, number, transfer, amount, balance, business_date, at)
    select debit, debit_entry, id, -amount, debit_balance, write.business_date, now
      from input where debit_entry is not null
     union all
    select credit, credit_entry, id, amount, credit_balance, write.business_date, now
      from input where credit_entry is not null
  )
  update ledger.accounts a
     set credits = r.credits, debits = r.debits, pending_credits = r.pending_credits,
         pending_debits = r.pending_debits, entries = r.entries
    from unnest(accounts, places, new_credits, new_debits, new_pending_credits, new_pending_debits, new_entries)
      as r(id, place, credits, debits, pending_credits, pending_debits, entries)
   where a.ctid = r.place and a.id = r.id;
  -- A locked row stays where it was read, so no index is asked for it; the count proves it.
  get diagnostics changed = row_count;
  if changed <> cardinality(accounts) then
    raise exception 'only % of % locked accounts were where they had been read', changed, cardinality(accounts);
  end if;
  -- Movements of busy accounts are appended: nobody waits for anybody.
  if moved_accounts <> '{}' then
    insert into ledger.unfolded (account, transfer, amount, pending_credits, pending_debits, business_date, at)
    select r.*, write.business_date, now
      from unnest(moved_accounts, moved_transfers, moved_amounts, moved_pending_credits, moved_pending_debits) as r;
  end if;
  if opened <> '{}' then
    insert into ledger.open_holds (id, expires_at)
    select j.id, j.expires_at from ledger.journal j where j.id = any(opened);
  end if;
  if resolved <> '{}' then
    delete from ledger.open_holds h where h.id = any(resolved);
  end if;
  return null;
exception when unique_violation then
  get stacked diagnostics raced = constraint_name;
  -- Any other violation is a fault of ours.
  if raced in ('journal_pkey', 'hold_is_resolved_once', 'open_holds_pkey') then
    return raced;
  end if;
  raise;
end
$$;

-- Makes the monthly partitions from the month of `first` on, and returns how many it made. A month that already has
-- entries in the default partition is left there: moving them would change an append-only table.
create function ledger.ensure_partitions(first date, months int) returns int language plpgsql
  set lock_timeout = '5s'    -- rather no partition tonight than payments that wait for one
as $$
declare
  month date;
  made  int := 0;
  part  text;
begin
  for month in
    select generate_series(date_trunc('month', first::timestamp),
                           date_trunc('month', first::timestamp) + make_interval(months => months - 1),
                           interval '1 month')::date
  loop
    part := 'entries_' || to_char(month, 'YYYY_MM');
    continue when to_regclass('ledger.' || part) is not null;
    continue when exists (select from ledger.entries_rest
                           where business_date >= month and business_date < (month + interval '1 month')::date);
    execute format('create table ledger.%I (like ledger.entries including all)', part);
    execute format('create trigger append_only before update or delete or truncate on ledger.%I '
                   'for each statement execute function ledger.refuse_change()', part);
    execute format('alter table ledger.entries attach partition ledger.%I for values from (%L) to (%L)',
                   part, month, (month + interval '1 month')::date);
    made := made + 1;
  end loop;
  return made;
end
$$;
-- Last month for what is posted late across a midnight, the year ahead so that a hall whose worker stands still goes on.
select ledger.ensure_partitions((current_date - interval '1 month')::date, 14);
