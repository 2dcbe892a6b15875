"""The call site as it was: the service layer probes in the router's own process."""

from fastapi import APIRouter, Depends
from pydantic import BaseModel

from services.database import get_db
from services.prompt_versions import ensure_version_service
from services.redis_util import get_redis

router = APIRouter(prefix="/api/prompt-templates")


class EnsureVersionIn(BaseModel):
    org_id: str = "default"
    workspace_id: str = "default"
    provider: str
    model_id: str
    system_instructions: str | None = None
    inference_params: dict | None = None


@router.post("/{template_id}/ensure-version")
def ensure_version(template_id: str, body: EnsureVersionIn, db=Depends(get_db), redis=Depends(get_redis)):
    return ensure_version_service(db, template_id=template_id, redis=redis, **body.model_dump())
