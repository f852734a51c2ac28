"""What the ERP says when it refuses: one class for each fault of the contract."""

from lxml import etree

from erp_bridge.demo_erp.codec import Wire, to_document
from portal.lib.soap import FaultCode, Issue, SoapFault, printable

__all__ = ["Conflict", "Invalid", "NotAllowed", "NotFound", "NotNow", "Refusal"]


class Refusal(SoapFault):
    """`reason` is a fixed word for programs, the message plain words for people."""

    fault: str
    code = FaultCode.CLIENT

    def __init__(self, reason: str, message: str, *, issues: list[Issue] | None = None) -> None:
        super().__init__(self.code, message, detail=self._detail(reason, message, issues or []))
        self.reason = reason

    def _detail(self, reason: str, message: str, issues: list[Issue]) -> etree._Element:
        content: Wire = {"Code": reason, "Message": printable(message)[:255]}
        if issues:
            content["Issue"] = [
                {key: value for key, value in _issue(issue).items() if value}
                for issue in issues[:100]
            ]
        return to_document(f"{self.fault}Fault", content)


class Invalid(Refusal):
    fault = "Validation"


class Conflict(Refusal):
    """The request is well made and stands against what the ERP holds."""

    fault = "Conflict"


class NotFound(Refusal):
    fault = "NotFound"


class NotAllowed(Refusal):
    fault = "Authentication"


class NotNow(Refusal):
    """The same request may succeed later."""

    fault = "Unavailable"
    code = FaultCode.SERVER


def _issue(issue: Issue) -> dict[str, str]:
    return {"Field": printable(issue.field)[:255], "Text": printable(issue.text)[:255]}
