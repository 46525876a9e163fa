-- Closing an account: it is closed, later its number is free for others, and much later its name is erased.

alter table people.residents
    drop constraint known_by_something,
    add constraint known_by_something
        check (phone is not null or email is not null or name is not null or state = 'closed');

alter table people.audit
    drop constraint act_exists,
    add constraint act_exists check (act in (
        'joined', 'signed_in', 'signed_out', 'session_ended', 'signed_out_everywhere', 'stepped_up', 'named',
        'passkey_added', 'passkey_renamed', 'passkey_removed', 'passkey_suspended', 'passkey_confirmed',
        'recovery_opened', 'recovery_confirmed', 'recovery_stopped', 'recovery_expired', 'phone_changed',
        'pin_set', 'pin_locked', 'pin_cleared', 'frozen', 'unfreeze_asked', 'unfrozen',
        'closed', 'reopen_asked', 'reopened', 'number_freed', 'erased', 'operator_added', 'operator_removed'));
