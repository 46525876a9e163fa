-- A closed account stays as it was closed. The ledger refuses to post to it; should that ever be forgotten, this refuses too:
-- every movement of an account that is not busy counts its entries up, or changes what is held.

alter table ledger.accounts
  add column closed_entries bigint,               -- how many entries it had when it was closed
  add constraint closed_account_stays check (
    (closed_at is null) = (closed_entries is null)
    and (closed_at is null or (entries = closed_entries and credits = debits and pending_credits = 0 and pending_debits = 0)));
