/*---
description = "Questionnaires with their scores, unanswered ones included."
grain       = ["survey_id"]

[shape]
survey_id           = "text"
service_customer_id = "text"
case_id             = "text"
survey_kind         = "text"
survey_comment      = "text"
survey_score        = "integer"
sent_at             = "timestamp"
answered_at         = "timestamp"
changed_at          = "timestamp"
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
