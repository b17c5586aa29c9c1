/*---
description = "Which customer brought which."
grain       = ["referral_id"]
---*/

select
    referral_id,
    referring_customer_id,
    referred_customer_id,
    referral_note,
    referred_on
from sales.referrals
