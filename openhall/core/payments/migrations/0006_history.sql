-- Bringing history in: what payees were paid before they came to this hall, with times of its own.

-- Up to `until` nobody was answered here and no till was told: those payments came with their history.
create table payments.imported (
  payee uuid primary key,
  until timestamptz not null
);
create trigger imported_append_only before update or delete or truncate on payments.imported
  for each statement execute function payments.refuse_change();

-- The payments that were made here.
create view payments.made_here as
  select p.* from payments.payments p
   where not exists (select from payments.imported i where i.payee = p.payee and p.at < i.until);

-- A receipt number: date, running number, and the check digit after Damm over both.
create function payments.receipt_no(business_date date, number bigint) returns text language plpgsql immutable as $$
declare
  digits constant bigint := to_char(business_date, 'YYMMDD')::bigint * 100000000 + number;
  shown  constant text := lpad(digits::text, 14, '0');
  damm   constant bytea := '0317598642709215486342068713591750983426612304597836742095815869720134894536201794386172052581436790';
  power  bigint := 10000000000000;
  state  int := 0;
begin
  while power > 0 loop
    state := get_byte(damm, (state * 10 + digits / power % 10)::int) - 48;
    power := power / 10;
  end loop;
  return left(shown, 6) || '-' || right(shown, 8) || '-' || state;
end $$;

-- `source` has the columns id, order_id, payer, payer_masked, payee_kind, payee, payee_name, account, owner, stream,
-- amount, currency, business_date, at, and refund_id, refunded, reason, refunded_at, which are null where nothing was
-- given back. Returns how many payments it had. The same rows in the ledger are the caller's affair.
create function payments.import_history(source regclass) returns bigint language plpgsql as $$
declare
  moved bigint;
begin
  execute format('insert into payments.imported (payee, until) select payee, now() from %s group by payee', source);
  if exists (select from payments.imported i join payments.payments p on p.payee = i.payee where i.until = now()) then
    raise exception 'history goes only to payees who were never paid here' using errcode = 'restrict_violation';
  end if;
  execute format($sql$
    insert into payments.orders (id, payee_kind, payee, payee_name, account, owner, stream, amount, currency, state,
                                 created_at, refunded)
    select order_id, payee_kind, payee, payee_name, account, owner, stream, amount, currency, 'paid', at,
           coalesce(refunded, 0)
      from %s order by at, id$sql$, source);
  execute format($sql$
    insert into payments.payments (id, order_id, payer, payer_masked, payee_kind, payee, payee_name, amount, currency,
                                   receipt_no, business_date, at)
    select id, order_id, payer, payer_masked, payee_kind, payee, payee_name, amount, currency,
           payments.receipt_no(business_date, nextval('payments.receipt_numbers')), business_date, at
      from (select * from %s order by at, id) t$sql$, source);
  get diagnostics moved = row_count;
  execute format($sql$
    insert into payments.refunds (id, payment, payee, amount, currency, reason, refunded_by, receipt_no, business_date,
                                  at)
    select refund_id, id, payee, refunded, currency, reason, owner,
           payments.receipt_no(business_date, nextval('payments.receipt_numbers')), business_date, refunded_at
      from (select * from %s where refund_id is not null order by refunded_at, refund_id) t$sql$, source);
  -- Whoever reads on in this transaction is planned for what is there now.
  analyze payments.orders, payments.payments, payments.refunds, payments.imported;
  return moved;
end $$;
