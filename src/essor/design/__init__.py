"""The frame of pages: base template, components, charts, style sheet, error pages, and the gallery that shows them."""
