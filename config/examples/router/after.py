"""The same call site, asking prompterd."""

from fastapi import APIRouter, HTTPException
from pydantic import BaseModel

from prompterd_client import VersionUnavailable, ensure_version_service

router = APIRouter(prefix="/api/prompt-templates")


class EnsureVersionIn(BaseModel):
    org_id: str = "default"
    workspace_id: str = "default"
    provider: str
    model_id: str
    system_instructions: str | None = None
    inference_params: dict | None = None


@router.post("/{template_id}/ensure-version")
def ensure_version(template_id: str, body: EnsureVersionIn):
    try:
        return ensure_version_service(template_id=template_id, **body.model_dump())
    except VersionUnavailable as error:
        headers = {"Retry-After": error.retry_after} if error.retry_after else None
        raise HTTPException(error.status, detail=error.problem, headers=headers) from error
