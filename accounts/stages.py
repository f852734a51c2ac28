"""What signing in asks for between the password and the first page."""

from allauth.mfa.stages import AuthenticateStage

__all__ = ["SecondStep"]


class SecondStep(AuthenticateStage):
    """allauth's, except that people who come from their provider have done it there."""

    def _should_handle(self, request):
        if getattr(request, "entered_by_provider", False):
            return False
        return super()._should_handle(request)
