-- When the real name was matched, and when a session last proved itself strongly.

alter table people.residents add column named_at timestamptz;
alter table people.sessions add column strong_at timestamptz;
