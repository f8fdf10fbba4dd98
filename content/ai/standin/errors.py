"""Errors as Yandex Cloud writes them."""

from __future__ import annotations

from typing import Any

_NAMES = {
    400: "Bad Request", 401: "Unauthorized", 403: "Forbidden", 404: "Not Found", 429: "Too Many Requests",
    500: "Internal Server Error", 503: "Service Unavailable",
}  # fmt: skip
_GRPC = {400: 3, 401: 16, 403: 7, 404: 5, 429: 8, 500: 13, 503: 14}


class Refused(Exception):
    def __init__(self, code: int, message: str) -> None:
        super().__init__(message)
        self.code, self.message = code, message

    def body(self) -> dict[str, Any]:
        return {
            "error": {
                "grpcCode": _GRPC[self.code],
                "httpCode": self.code,
                "message": self.message,
                "httpStatus": _NAMES[self.code],
                "details": [],
            }
        }

    def operation_error(self) -> dict[str, Any]:
        return {"code": _GRPC[self.code], "message": self.message, "details": []}

    def iam_body(self) -> dict[str, Any]:
        return {"code": _GRPC[self.code], "message": self.message, "details": []}


def unknown_key(shown: str) -> Refused:
    return Refused(401, f"Unknown api key '{shown}'")  # it repeats what it was given, as the real one does


EXPIRED = Refused(401, "The token has expired")
NO_ROLE = Refused(403, "Permission to [resource-manager.folder b1g] denied")
BILLING = Refused(403, "The cloud is blocked: the billing account is not active")
QUOTA = Refused(429, "ai.textGenerationCompletionSessionsCount.count gauge quota limit exceed: allowed 10 requests")
RATE = Refused(429, "ai.textEmbeddingsRequestsPerSecond.rate rate quota limit exceed: allowed 10 requests")
INTERNAL = Refused(500, "internal error")
NOT_DRAWN = Refused(
    400, "it is not possible to generate an image from this request because it may violate the terms of use"
)
UNAVAILABLE = Refused(503, "service unavailable")


def wrong_folder(given: str, own: str) -> Refused:
    return Refused(400, f"Specified folder ID '{given}' does not match with service account folder ID '{own}'")


def too_long(limit: int, got: int) -> Refused:
    return Refused(400, f"number of input tokens must be no more than {limit}, got {got}")
