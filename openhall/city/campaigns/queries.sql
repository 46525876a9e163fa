-- name: insert_campaign
insert into campaigns.campaigns (id, sponsor, title, title_en, kind, account, source, currency, amount, low, high, most_off,
                                 min_spend, first_day, last_day, weekdays, from_minute, to_minute, per_day, per_person,
                                 per_person_sum, most_uses, days, seed, created_at)
values (:id, :sponsor, :title, :title_en, :kind, :account, :source, :currency, :amount, :low, :high, :most_off,
        :min_spend, :first_day, :last_day, :weekdays, :from_minute, :to_minute, :per_day, :per_person,
        :per_person_sum, :most_uses, :days, :seed, :now);

-- name: insert_groups
insert into campaigns.groups (campaign, kind, id, title)
select :campaign, kind, id, title from json_to_recordset(:rows) as r(kind text, id text, title text);

-- name: campaign
select c.*, (select coalesce(json_agg(json_build_array(g.kind, g.id, g.title) order by g.kind, g.id), '[]')
               from campaigns.groups g where g.campaign = c.id) as groups
  from campaigns.campaigns c where c.id = :id;

-- name: campaigns_of
select c.*, (select coalesce(json_agg(json_build_array(g.kind, g.id, g.title) order by g.kind, g.id), '[]')
               from campaigns.groups g where g.campaign = c.id) as groups
  from campaigns.campaigns c
 where c.sponsor = :sponsor and c.id < coalesce(:before, 'ffffffff-ffff-ffff-ffff-ffffffffffff'::uuid)
 order by c.id desc limit :limit;

-- name: lock_sponsor
-- One new campaign of a sponsor after the other: the next statement counts those that were made meanwhile.
select pg_advisory_xact_lock(hashtextextended('campaigns.sponsor ' || :sponsor::text, 0))::text;

-- name: count_unfinished
select count(*) from campaigns.campaigns where sponsor = :sponsor and state <> 'ended';

-- name: lock_campaign
select id from campaigns.campaigns where id = :id and sponsor = :sponsor for update;

-- name: add_funds
update campaigns.campaigns set funded = funded + :amount where id = :id;

-- name: set_state
update campaigns.campaigns
   set state = :state,
       started_at = case :state when 'running' then coalesce(started_at, :now) else started_at end,
       paused_at = case :state when 'paused' then :now when 'ended' then paused_at end,
       ended_at = case :state when 'ended' then :now end
 where id = :id;

-- name: add_rest
-- Its rest is over, before `set_state` forgets when it began.
insert into campaigns.rests (campaign, began_at, ended_at)
select id, paused_at, :now from campaigns.campaigns where id = :id and state = 'paused'
    on conflict (campaign, began_at) do update set ended_at = excluded.ended_at;

-- name: end_with_today
update campaigns.campaigns set last_day = least(last_day, :today), ending_at = coalesce(ending_at, :now) where id = :id;

-- name: add_returned
update campaigns.campaigns set returned = returned + :amount where id = :id;

-- name: is_offering
-- Read for every batch of payments, over an index that holds nothing but what may be offered.
select exists (select from campaigns.campaigns where state = 'running' and kind <> 'promoter');

-- name: matching
-- The running campaigns that may give something now to one of the asked payees, of which `groups` names all groups. One
-- with less in its budget than the least it may give to one of these payments is left out: nobody shall wait for its row.
select c.*, (select coalesce(json_agg(json_build_array(g.kind, g.id, g.title)), '[]')
               from campaigns.groups g where g.campaign = c.id) as groups
  from campaigns.campaigns c
  join ledger.accounts a on a.id = c.account
 where c.state = 'running' and c.kind <> 'promoter'
   and a.credits - a.debits >= case c.kind when 'bounty' then c.low
                                           when 'amount_off' then greatest(1, least(c.amount, :least::bigint - 1))
                                           when 'fixed_price' then greatest(1, least(c.most_off, :least::bigint - c.amount))
                                           else 1 end
   and :today between c.first_day and c.last_day and c.weekdays & :weekday <> 0
   and c.from_minute <= :minute and :minute < c.to_minute
   and c.min_spend <= :most and c.currency = :currency
   and (not exists (select from campaigns.groups g where g.campaign = c.id)
        or exists (select from campaigns.groups g join json_to_recordset(:groups) as r(kind text, id text)
                       on g.kind = r.kind and g.id = r.id
                    where g.campaign = c.id))
 order by c.id;

-- name: lock_running
-- In the order of ids. Whoever waited sees what the others left: how often it was used, and whether it still runs.
select id, uses from campaigns.campaigns
 where id = any(:ids::uuid[]) and state = 'running'
 order by id
   for no key update;

-- name: uses_so_far
select id, uses from campaigns.campaigns where id = any(:ids::uuid[]) and state = 'running';

-- name: count_uses
update campaigns.campaigns c set uses = c.uses + r.uses
  from json_to_recordset(:rows) as r(id uuid, uses int)
 where c.id = r.id;

-- name: offered
-- What is offered now or on one of the next days, the nearest end first: those behind the one with the id `after`.
select c.*, (select coalesce(json_agg(json_build_array(g.kind, g.id, g.title)), '[]')
               from campaigns.groups g where g.campaign = c.id) as groups
  from campaigns.campaigns c
 where c.state = 'running' and c.kind <> 'promoter' and c.last_day >= :today and c.first_day <= :today + 7
   and (c.last_day, c.id) > (coalesce((select last_day from campaigns.campaigns where id = :after), :today),
                             coalesce(:after, '00000000-0000-0000-0000-000000000000'::uuid))
 order by c.last_day, c.id limit :limit;

-- name: is_known_to
-- Whether a resident may look at a campaign that is not theirs: it runs, or it gave them something.
select exists (select from campaigns.campaigns where id = :id and state in ('running', 'paused'))
    or exists (select from payments.subsidies where offer = :id and payer = :resident);

-- name: draws_of
select payment, amount, at from payments.subsidies
 where offer = :campaign and kind = 'bounty' and (:payer::uuid is null or payer = :payer)
 order by payment limit :limit;

-- name: campaigns_over
-- Whose last day is past, and ended ones to which refunds have brought something back. Payments of the last day earn
-- their inviters something a day later; one more, because a day may be an hour short, and for what is still to be paid.
select c.id, c.sponsor, c.kind from campaigns.campaigns c join ledger.accounts a on a.id = c.account
 where (c.state in ('running', 'paused') and c.last_day + case c.kind when 'promoter' then 2 else 0 end < :today)
    or (c.state = 'ended' and a.credits > a.debits)
 order by c.id;

-- name: insert_promoter
insert into campaigns.promoters (resident, code) values (:resident, :code) on conflict do nothing;

-- name: promoter_code
select code from campaigns.promoters where resident = :resident;

-- name: promoter_of_code
select resident from campaigns.promoters where code = :code;

-- name: lock_invitations
-- One invitation after the other: two that would close a circle together must not both be found good.
select pg_advisory_xact_lock(hashtextextended('campaigns.invitations', 0))::text;

-- name: invited_by
-- Everybody who brought this resident here, and who brought those, and so on.
with recursive chain (resident) as (
  select inviter from campaigns.invitations where owner = :resident
   union
  select i.inviter from campaigns.invitations i join chain c on i.owner = c.resident
)
select resident from chain;

-- name: has_been_paid
select exists (select from payments.payments where payee = :shop);

-- name: insert_invitation
insert into campaigns.invitations (shop, shop_name, owner, inviter, at) values (:shop, :shop_name, :owner, :inviter, :now)
    on conflict (shop) do nothing;

-- name: invitations_of
-- Newest first, those older than that of the shop `before`.
select i.shop, i.shop_name, i.at, e.payments, e.earned
  from campaigns.invitations i
  cross join lateral (
    select count(*) as payments, coalesce(sum(amount), 0)::bigint as earned
      from campaigns.earnings where inviter = i.inviter and shop = i.shop) e
 where i.inviter = :inviter
   and (i.at, i.shop) < (coalesce((select at from campaigns.invitations where shop = :before), 'infinity'),
                         coalesce(:before, 'ffffffff-ffff-ffff-ffff-ffffffffffff'::uuid))
 order by i.at desc, i.shop desc limit :limit;

-- name: earned_by
select coalesce(sum(amount), 0)::bigint from campaigns.earnings where inviter = :inviter;

-- name: invited_shops
select shop from campaigns.invitations where owner = :owner;

-- name: promoter_campaigns
-- One that rests still owes what was earned before it was paused.
select id from campaigns.campaigns where state in ('running', 'paused') and kind = 'promoter' order by id;

-- name: lock_promoter
-- Two workers must not pay for the same payments.
select id from campaigns.campaigns where id = :id and state in ('running', 'paused') for update;

-- name: young_shops
-- The shops that may still earn something by a promoter campaign, so many at once: those behind the shop `after`.
select shop from campaigns.invitations where at > :since and shop > :after order by shop limit :limit;

-- name: to_earn
-- (Whoever closed their account earns nothing more.)
-- The first payments of each invited shop that are old enough and were not given back, whether they counted before or
-- not, but for those that were made while the campaign rested; those of the inviter and of the shop's own people (its owner, and who works there or did) do not count, nor those
-- of another currency.
select p.id, p.payee as shop, i.inviter, r.wallet
  from campaigns.campaigns c
  cross join json_to_recordset(:shops) as s(shop uuid, staff uuid[])
  join campaigns.invitations i on i.shop = s.shop
  join people.residents r on r.id = i.inviter and r.state = 'active'
  join lateral (
    select p.id, p.payee, p.at
      from payments.payments p join payments.orders o on o.id = p.order_id
     where p.payee = i.shop and p.business_date between c.first_day and c.last_day
       and p.at >= greatest(i.at, c.started_at) and p.at < i.at + c.days * interval '1 day' and p.at <= :before
       and (c.paused_at is null or p.at < c.paused_at)
       and not exists (select from campaigns.rests x where x.campaign = c.id and x.began_at <= p.at and p.at < x.ended_at)
       and p.amount >= c.min_spend and p.currency = c.currency
       and o.refunded = 0 and p.payer not in (i.inviter, i.owner) and p.payer <> all (s.staff)
       and not exists (select from campaigns.earnings e where e.payment = p.id)
     order by p.id
     limit greatest(0, coalesce(c.per_person, 1000000)
           - (select count(*) from campaigns.earnings e where e.campaign = c.id and e.shop = i.shop))) p on true
 where c.id = :campaign
 order by p.id limit :limit;

-- name: insert_earnings
insert into campaigns.earnings (id, payment, campaign, shop, inviter, amount, business_date, at)
select id, payment, :campaign, shop, inviter, amount, business_date, at
  from json_to_recordset(:rows) as r(
    id uuid, payment uuid, shop uuid, inviter uuid, amount bigint, business_date date, at timestamptz);

-- name: earning_days
select business_date, count(*) as count, sum(amount)::bigint as amount, 0::bigint as returned
  from campaigns.earnings where campaign = :campaign
 group by business_date order by business_date desc limit :limit;

-- name: check_budgets
-- The account of a budget holds what was put in, less what was given, plus what came back, less what the sponsor got.
select c.id, c.funded, c.returned, a.credits - a.debits as left
  from campaigns.campaigns c
  join ledger.accounts a on a.id = c.account
  cross join lateral (
    select coalesce(sum(s.amount - coalesce(r.amount, 0)), 0) as amount
      from payments.subsidies s
      left join lateral (select sum(amount) as amount from payments.subsidy_returns where subsidy = s.id) r on true
     where s.offer = c.id and s.account = c.account) given
  cross join lateral (
    select coalesce(sum(amount), 0) as amount from campaigns.earnings where campaign = c.id) earned
 where a.credits - a.debits <> c.funded - given.amount - earned.amount - c.returned
    or a.floor is distinct from 0 or a.currency <> c.currency
 limit 100;

-- name: check_transfers
-- What was put into a budget and what went back to its sponsor are ledger transfers between the two accounts.
select c.id, c.funded, c.returned, t.put_in, t.went_back
  from campaigns.campaigns c
  cross join lateral (
    select coalesce(sum(amount) filter (where reason = 'campaign_fund'
                                          and debit = c.source and credit = c.account), 0) as put_in,
           coalesce(sum(amount) filter (where reason = 'campaign_return'
                                          and debit = c.account and credit = c.source), 0) as went_back
      from ledger.transfers t where reason in ('campaign_fund', 'campaign_return') and c.account in (debit, credit)) t
 where (c.funded, c.returned) is distinct from (t.put_in, t.went_back)
 limit 100;

-- name: check_subsidies
-- What a campaign gave follows its rules: what kind of gift, out of which account, and how much.
select s.id, s.offer, s.kind, s.amount, p.amount as payment_amount
  from payments.subsidies s
  join payments.payments p on p.id = s.payment
  join campaigns.campaigns c on c.id = s.offer
 where s.account <> c.account or s.currency <> c.currency or p.amount < c.min_spend
    or s.amount is distinct from case
         when c.kind = 'fixed_price' and s.kind = 'discount' then least(p.amount - c.amount, c.most_off)
         when c.kind = 'amount_off' and s.kind = 'discount' then least(c.amount, p.amount - 1)
         when c.kind = 'bounty' and s.kind = 'bounty' and s.amount between c.low and c.high then s.amount end
 limit 100;

-- name: check_limits
-- Nobody got more than the limits allow. A discount that was wholly given back does not count for a person; a bounty does.
with used as materialized (
  select s.offer, s.payer, s.business_date, s.amount, s.kind = 'bounty' or o.refunded < o.amount as counts
    from payments.subsidies s
    join payments.payments p on p.id = s.payment
    join payments.orders o on o.id = p.order_id
)
select c.id, 'uses' as what, count(u.offer) as found
  from campaigns.campaigns c left join used u on u.offer = c.id
 group by c.id having count(u.offer) <> c.uses or count(u.offer) > c.most_uses
 union all
select c.id, 'per_day', max(u.uses)
  from campaigns.campaigns c
  join (select offer, payer, business_date, count(*) as uses from used where counts group by 1, 2, 3) u on u.offer = c.id
 where u.uses > c.per_day group by c.id
 union all
select c.id, 'per_person', max(u.uses)
  from campaigns.campaigns c
  join (select offer, payer, count(*) as uses, sum(amount) as sum from used where counts group by 1, 2) u
    on u.offer = c.id
 where u.uses > c.per_person or u.sum > c.per_person_sum group by c.id
 limit 100;

-- name: check_earnings
-- An earning is one ledger transfer from the campaign's budget to the wallet of whoever brought the shop; of each shop
-- no more payments earned than the rules say, none of them the inviter's own.
select coalesce(e.id, t.id) as id, e.amount, t.amount as moved
  from (select e.id, e.amount, e.business_date, c.account, c.currency, r.wallet,
               i.inviter = e.inviter and p.payee = e.shop and p.payer not in (i.inviter, i.owner)
               and e.amount = c.amount and c.kind = 'promoter'
               and (c.per_person is null
                    or c.per_person >= count(*) over (partition by e.campaign, e.shop)) as is_right
          from campaigns.earnings e
          join campaigns.campaigns c on c.id = e.campaign
          join campaigns.invitations i on i.shop = e.shop
          join payments.payments p on p.id = e.payment
          join people.residents r on r.id = e.inviter) e
  full join (select * from ledger.transfers where reason = 'earning') t on t.id = e.id
 where not coalesce(e.is_right, false)
    or (t.kind, t.debit, t.credit, t.amount, t.currency, t.business_date)
       is distinct from ('posted', e.account, e.wallet, e.amount, e.currency, e.business_date)
 limit 100;

-- name: check_invitations
-- Nobody was brought here by somebody whom they, or one of those they brought, had brought.
with recursive chain (start, resident) as (
  select inviter, owner from campaigns.invitations
   union
  select c.start, i.owner from campaigns.invitations i join chain c on i.inviter = c.resident
)
select start from chain where start = resident limit 100;

-- name: obstacle_campaigns
-- Those that are not over, and those whose budget still has something.
select count(*) as count, sum(a.credits - a.debits)::bigint as amount
  from campaigns.campaigns c join ledger.accounts a on a.id = c.account
 where c.sponsor = :resident and (c.state <> 'ended' or a.credits <> a.debits);
