/*---
description = "Which customer brought which."
grain       = ["referral_id"]

[shape]
referral_id           = "text"
referring_customer_id = "text"
referred_customer_id  = "text"
referral_note         = "text"
referred_on           = "date"
---*/

select
    referral_id,
    referring_customer_id,
    referred_customer_id,
    referral_note,
    referred_on
from sales.referrals
