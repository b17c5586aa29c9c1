/*---
description = "Questionnaires with their scores, unanswered ones included."
grain       = ["survey_id"]
---*/

select
    survey_id,
    service_customer_id,
    case_id,
    survey_kind,
    survey_comment,
    survey_score,
    sent_at,
    answered_at,
    changed_at
from service.surveys
