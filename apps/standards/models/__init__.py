from apps.standards.models.standard import Standard

__all__ = ["Standard"]
