-- Charges: what counters ask of payers who show their pay codes.

-- An order that was put to one payer is asked: nobody else can pay it.
alter table payments.orders drop constraint order_state,
  add constraint order_state check (state in ('open', 'asked', 'paid', 'closed'));

-- A reference that was given up before anything was charged under it: a closed order without an amount holds it, so
-- that a charge which comes late finds it taken.
alter table payments.orders drop constraint order_amount_positive,
  add constraint order_amount_positive check (amount > 0 or (amount = 0 and state = 'closed'));

-- A waiting charge has its order from the first moment on: that is where its reference is held.
alter table payments.waiting_charges
  add column order_id uuid not null constraint waiting_charge_has_its_order unique references payments.orders,
  add column taken_by uuid;
