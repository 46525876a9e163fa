-- Campaigns: somebody puts money aside, and payments get it by rules.

create schema campaigns;

create table campaigns.campaigns (
  id             uuid primary key,
  sponsor        uuid not null references people.residents,
  title          text not null constraint campaign_title_has_a_length check (char_length(title) between 1 and 40),
  title_en       text constraint campaign_english_title_has_a_length check (char_length(title_en) between 1 and 40),
  kind           text not null
                 constraint campaign_kind check (kind in ('fixed_price', 'amount_off', 'bounty', 'promoter')),
  state          text not null default 'draft'
                 constraint campaign_state check (state in ('draft', 'running', 'paused', 'ended')),
  account        uuid not null references ledger.accounts,     -- the budget
  source         uuid not null references ledger.accounts,     -- where it came from, and the rest goes back to
  currency       char(3) not null,
  amount         bigint not null check (amount >= 0),          -- the price, the discount, or what a promoter earns
  low            bigint not null check (low >= 0),             -- a bounty is between low and high
  high           bigint not null check (high >= low),
  most_off       bigint check (most_off >= 1),                 -- of a fixed price: the most it takes off one payment
  min_spend      bigint not null check (min_spend >= 1),
  first_day      date not null,
  last_day       date not null,
  weekdays       smallint not null check (weekdays between 1 and 127),  -- 1 Monday, 2 Tuesday, ... 64 Sunday
  from_minute    smallint not null,
  to_minute      smallint not null,
  per_day        int check (per_day > 0),                      -- uses of one person on one business date
  per_person     int check (per_person > 0),                   -- ever; of a promoter campaign: payments of one shop
  per_person_sum bigint check (per_person_sum > 0),
  most_uses      int check (most_uses > 0),
  days           int check (days > 0),                         -- of a promoter campaign: how long a shop is new
  funded         bigint not null default 0 check (funded >= 0),
  returned       bigint not null default 0 check (returned >= 0),  -- to the sponsor, when it was over
  uses           bigint not null default 0,
  seed           bytea not null constraint seed_is_long check (octet_length(seed) = 32),
  created_at     timestamptz not null,
  started_at     timestamptz,
  paused_at      timestamptz,                                  -- since when it rests, or rested when it ended
  ending_at      timestamptz,                                  -- since when its sponsor has wanted it to end, once all is paid
  ended_at       timestamptz,
  constraint campaign_has_a_budget_of_its_own unique (account),
  constraint campaign_lasts check (last_day >= first_day),
  constraint campaign_has_hours check (0 <= from_minute and from_minute < to_minute and to_minute <= 1440),
  constraint campaign_uses_are_limited check (uses between 0 and coalesce(most_uses, uses)),
  constraint campaign_ends_once check ((state = 'ended') = (ended_at is not null)),
  constraint campaign_ran_when_started check (state not in ('running', 'paused') or started_at is not null),
  constraint fixed_price_has_a_ceiling check ((kind = 'fixed_price') = (most_off is not null)),
  constraint promoter_campaign_is_limited_by_shops check (kind <> 'promoter' or (
    num_nonnulls(per_day, per_person_sum, most_uses) = 0 and (weekdays, from_minute, to_minute) = (127, 0, 1440))),
  constraint promoter_campaign_knows_how_long check ((kind = 'promoter') = (days is not null))
);
create index campaigns_offered on campaigns.campaigns (last_day, id) where state = 'running' and kind <> 'promoter';
create index campaigns_of_a_sponsor on campaigns.campaigns (sponsor, id desc);

-- When a campaign rested, from one moment to the other; while it rests, only `paused_at` says so.
create table campaigns.rests (
  campaign uuid not null references campaigns.campaigns,
  began_at timestamptz not null,
  ended_at timestamptz not null,
  primary key (campaign, began_at),
  constraint rest_ends_after_it_began check (ended_at >= began_at)
);

-- Where a campaign is valid: any payee of any of these groups; everywhere, when there are none.
create table campaigns.groups (
  campaign uuid not null references campaigns.campaigns,
  kind     text not null,           -- "shop", "category", "market"
  id       text not null,
  title    text not null,           -- a msgid or a name
  primary key (campaign, kind, id)
);

-- A resident's code by which they invite merchants.
create table campaigns.promoters (
  resident uuid primary key references people.residents,
  code     text not null constraint promoter_code_unique unique check (code ~ '^[A-Z2-9]{8}$')
);

-- A shop that came by an invitation, at most once and before its first payment.
create table campaigns.invitations (
  shop      uuid primary key,
  shop_name text not null,
  owner     uuid not null references people.residents,
  inviter   uuid not null references people.residents,
  at        timestamptz not null,
  constraint nobody_invites_themselves check (owner <> inviter)
);
create index invitations_by_inviter on campaigns.invitations (inviter, at desc, shop desc);
create index invitations_of_owner on campaigns.invitations (owner);

-- What inviters earned: one row for each payment that counted.
create table campaigns.earnings (
  id            uuid primary key,   -- also the id of its ledger transfer
  payment       uuid not null constraint earned_once_per_payment unique,
  campaign      uuid not null references campaigns.campaigns,
  shop          uuid not null references campaigns.invitations,
  inviter       uuid not null,
  amount        bigint not null check (amount > 0),
  business_date date not null,
  at            timestamptz not null
);
create index earnings_of_campaign on campaigns.earnings (campaign, shop) include (amount);
create index earnings_of_inviter on campaigns.earnings (inviter, shop) include (amount);

create function campaigns.refuse_change() returns trigger language plpgsql as $$
begin
  raise exception 'earnings are append-only: % refused', tg_op using errcode = 'restrict_violation';
end $$;
create trigger earnings_append_only before update or delete or truncate on campaigns.earnings
  for each statement execute function campaigns.refuse_change();
