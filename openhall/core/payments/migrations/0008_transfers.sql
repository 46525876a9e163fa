-- Money from person to person: it waits until its sender can no longer take it back.

-- The hall's account in which it waits.
create table payments.transfer_accounts (
  currency char(3) primary key,
  waiting  uuid not null
);

create table payments.transfers (
  id             uuid primary key,      -- also the id of the ledger transfer out of the sender's wallet
  sender         uuid not null,
  receiver       uuid,                  -- null: nobody has joined with this number, as far as was known then
  receiver_key   uuid not null,         -- stands for the number among those whom the sender met, whoever has it
  to_phone       text not null,
  by_code        boolean not null,      -- found by the receiver's own code or by a family link, and not by a number
  shown_as       text,                  -- the masked name that the sender saw; null: the receiver must take it
  sender_masked  text not null,
  amount         bigint not null constraint transfer_amount_positive check (amount > 0),
  currency       char(3) not null,
  note           text constraint transfer_note_has_a_length check (char_length(note) between 1 and 80),
  warned         boolean not null,      -- the sender read a warning about scams and sent it all the same
  state          text not null constraint transfer_state check (state in ('waiting', 'completed', 'undone', 'returned')),
  created_at     timestamptz not null,
  due_at         timestamptz not null,
  expires_at     timestamptz not null,
  accepted_at    timestamptz,
  ended_at       timestamptz,
  moved          uuid,                  -- the ledger transfer out of the waiting account
  receipt_no     text not null constraint transfer_receipt_unique unique,
  business_date  date not null,
  constraint due_before_it_expires check (created_at <= due_at and due_at <= expires_at),
  constraint transfer_waits_until_it_ends check (
    (state = 'waiting') = (ended_at is null) and (state = 'waiting') = (moved is null)),
  constraint completed_to_somebody check (state <> 'completed' or receiver is not null),
  constraint nobody_sends_to_themselves check (receiver <> sender)
);
create index transfers_of_sender on payments.transfers (sender, id desc);
create index transfers_waiting_of_sender on payments.transfers (sender) where state = 'waiting';
create index transfers_to_receiver on payments.transfers (receiver, id desc) where receiver is not null;
create index transfers_to_phone on payments.transfers (to_phone) where state = 'waiting' and receiver is null;
create index transfers_due on payments.transfers (
    (case when shown_as is null and accepted_at is null then expires_at else due_at end)
) where state = 'waiting';

-- A person's own code to receive by. A new one takes the place of the old.
create table payments.receive_codes (
  resident uuid primary key,
  code     text not null constraint receive_code_unique unique,
  made_at  timestamptz not null,
  constraint receive_code_is_long check (code ~ '^[2-9A-Z]{17}$')
);
