"""What has nothing to copy: who does it instead, and what comes first."""

from collections.abc import Mapping

BY_HAND: Mapping[str, str] = {
    **dict.fromkeys(
        (
            *("bimi.logo_unavailable", "bimi.logo_too_large", "bimi.logo_compressed", "bimi.logo_not_svg"),
            "bimi.logo_profile",
        ),
        "by_hand_logo",
    ),
    **dict.fromkeys(
        (
            *("bimi.certificate_unavailable", "bimi.certificate_unreadable", "bimi.certificate_not_mark"),
            *("bimi.certificate_wrong_name", "bimi.certificate_chain", "bimi.certificate_expired"),
            *("bimi.certificate_soon", "bimi.certificate_logo_differs"),
        ),
        "by_hand_mark",
    ),
    **dict.fromkeys(
        (
            *("dnssec.insecure", "dnssec.no_ds", "dnssec.bogus", "dnssec.mx_bogus", "dnssec.algorithm_sha1"),
            *("dnssec.algorithm_old", "dnssec.digest_sha1", "dnssec.rsa_short"),
        ),
        "by_hand_dnssec",
    ),
    **dict.fromkeys(
        (
            *("registration.expired", "registration.expires_urgent", "registration.expires_soon"),
            *("registration.on_hold", "registration.transfer_open"),
        ),
        "by_hand_registrar",
    ),
    **dict.fromkeys(
        (
            *("mx.service_ends", "mx.service_ends_soon", "products.unsupported_critical", "products.unsupported"),
            *("products.unsupported_inside", "products.unsupported_possibly", "products.os_unsupported"),
            *("products.os_unsupported_inside", "products.os_extended_paid"),
            *("packages.os_ends_soon", "packages.os_extended_paid", "packages.os_unsupported"),
        ),
        "by_hand_replaced",
    ),
    **dict.fromkeys(
        ("accounts.admin_without_mfa", "accounts.nobody_mfa", "accounts.some_without_mfa"), "by_hand_second_factor"
    ),
    **dict.fromkeys(
        (
            *("accounts.forward_outside", "accounts.many_admins", "accounts.one_admin", "accounts.trial_names"),
            *("accounts.unused", "ssh_config.match_password", "ssh_config.match_root"),
            *("ssh_keys.key_modest", "ssh_keys.key_short", "ssh_keys.unnamed"),
            *("system_accounts.second_root", "system_accounts.unused_login"),
            *("system_accounts.admins_mail", "system_accounts.default_names"),
        ),
        "by_hand_decided",
    ),
    **dict.fromkeys(
        (
            *("other_tools.cloud_faults", "other_tools.cloud_forward", "other_tools.cloud_legacy"),
            *("other_tools.cloud_mfa", "other_tools.mail_faults", "other_tools.ssh_faults"),
            *("other_tools.system_faults", "other_tools.tls_faults"),
        ),
        "by_hand_other_tool",
    ),
    **dict.fromkeys(
        (
            *("mail_message.dkim_broken", "mail_message.dkim_absent", "mail_message.dkim_foreign"),
            *("mail_message.dmarc_failed", "mail_message.spf_failed", "mail_message.handed_over_plain"),
            *("mail_message.login_plain", "mail_message.bulk_no_one_click", "mail_message.arc_broken"),
            *("mail_message.dkim_length", "mail_message.handed_over_old", "mail_message.login_old"),
            *("dmarc_reports.sender_refused", "dmarc_reports.own_unaligned", "dmarc_reports.sender_unaligned"),
            "dmarc_reports.forged_delivered",
        ),
        "by_hand_sender",
    ),
    **dict.fromkeys(
        (
            *("tls_reports.starttls_failed", "tls_reports.certificate_failed", "tls_reports.policy_failed"),
            *("tls_reports.dane_failed", "tls_reports.other_failed"),
        ),
        "by_hand_reported",
    ),
    **dict.fromkeys(
        (
            *("mail_message.mailer_unsupported", "mail_message.smime_broken", "mail_message.smime_expired"),
            *("mail_message.smime_untrusted", "mail_message.smime_wrong_address", "mail_message.smime_ends_soon"),
            *("certificates.mail_expired", "certificates.mail_ends_soon"),
        ),
        "by_hand_personal",
    ),
    **dict.fromkeys(("certificates.weak", "certificates.expired", "certificates.ends_soon"), "by_hand_certificate"),
    "packages.patches_old": "by_hand_windows",
    **dict.fromkeys(("upkeep.definitions_old", "upkeep.logs_short"), "by_hand_server"),
}
"""Code of an outcome → the note that is printed where a repair has none of its own."""
