from content.models.catalogue import PayPlanVersion, Product

__all__ = ["PayPlanVersion", "Product"]
