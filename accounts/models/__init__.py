"""Who people are and how they are reached."""

from accounts.models.account_settings import AccountSettings
from accounts.models.address import Address
from accounts.models.audit import AuditEntry
from accounts.models.company import Company, PaperKind
from accounts.models.customer import Customer, Family
from accounts.models.document_recipient import DocumentRecipient
from accounts.models.duplicate import CustomerMerge, DuplicateSearch, PossibleDuplicate
from accounts.models.filed_document import DocumentState, FiledDocument
from accounts.models.invitation import Invitation
from accounts.models.mail_password import MailPassword
from accounts.models.membership import Membership
from accounts.models.message import (
    ChannelRest,
    IllegalMove,
    MessageAttachment,
    MessageAttempt,
    OutgoingMessage,
)
from accounts.models.message_choice import MessageChoice
from accounts.models.message_wording import MessageWording
from accounts.models.mirrored import Mirrored
from accounts.models.people_import import PeopleImport, PeopleImportRow
from accounts.models.private_link import Ending, PrivateLink
from accounts.models.registration_attempt import RegistrationAttempt
from accounts.models.role import Role, RoleGrant, RoleRight
from accounts.models.saved_filter import SavedFilter
from accounts.models.secure_mail import SecureMail, SecureMailFile, SecureMailOpening
from accounts.models.sending import Sending, SendingItem
from accounts.models.sign_in_help import HelpReason, SignInHelp
from accounts.models.stored_file import StoredFile
from accounts.models.throttle import Throttle
from accounts.models.user import User

__all__ = [
    "AccountSettings",
    "Address",
    "AuditEntry",
    "ChannelRest",
    "Company",
    "Customer",
    "CustomerMerge",
    "DocumentRecipient",
    "DocumentState",
    "DuplicateSearch",
    "Ending",
    "Family",
    "FiledDocument",
    "HelpReason",
    "IllegalMove",
    "Invitation",
    "MailPassword",
    "Membership",
    "MessageAttachment",
    "MessageAttempt",
    "MessageChoice",
    "MessageWording",
    "Mirrored",
    "OutgoingMessage",
    "PaperKind",
    "PeopleImport",
    "PeopleImportRow",
    "PossibleDuplicate",
    "PrivateLink",
    "RegistrationAttempt",
    "Role",
    "RoleGrant",
    "RoleRight",
    "SavedFilter",
    "SecureMail",
    "SecureMailFile",
    "SecureMailOpening",
    "Sending",
    "SendingItem",
    "SignInHelp",
    "StoredFile",
    "Throttle",
    "User",
]
