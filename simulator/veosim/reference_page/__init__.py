"""An OpenAPI document as a page to browse: plain HTML with its style inside, no script, nothing fetched.

What is documented, what is inferred and where the documents disagree is marked on every field. All text of a document
is escaped on its way into the page.
"""

from __future__ import annotations

from veosim.reference_page.pages import Served, index, page

__all__ = ["Served", "index", "page"]
