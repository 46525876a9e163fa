-- The codes by which payers find orders that a shop shows to them. Apart from the orders themselves, of which most are
-- made by a payment and never shown.
create table payments.order_codes (
  order_id uuid primary key references payments.orders,
  code     text not null constraint order_code_unique unique,   -- random, inside the QR
  payload  text not null,                                       -- exactly what the QR holds
  lives_s  int not null,                                        -- how long it was asked for: a retry asks for the same
  note     text constraint order_note_has_a_length check (char_length(note) between 1 and 40), -- shown to the payer
  constraint order_code_is_long check (code ~ '^[2-9A-Z]{17}$')
);
create index orders_of_a_payee on payments.orders (payee, id desc) where state <> 'paid';

-- An order that is shown, and what became of it.
create view payments.shown_orders as
  select o.id, o.payee_kind, o.payee, o.payee_name, o.account, o.owner, o.stream, o.amount, o.currency, o.state,
         o.created_at, o.expires_at, o.reference, o.taken_by, o.refunded, c.code, c.payload, c.lives_s, c.note,
         p.id as payment, p.payer, p.payer_masked, p.receipt_no, p.at as paid_at
    from payments.order_codes c
    join payments.orders o on o.id = c.order_id
    left join payments.payments p on p.order_id = o.id;
