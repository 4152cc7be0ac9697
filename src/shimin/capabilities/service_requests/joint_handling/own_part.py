"""What becomes of joint handling's rows when two accounts become one."""

from __future__ import annotations

from shimin.capabilities.identity.public import MergePart, Stays, register_merge_part

register_merge_part(
    MergePart(
        key="joint_handling", title="协办", stays=(Stays("joint_handling_step", "当时是哪个工作人员做的，记录不改"),)
    )
)
