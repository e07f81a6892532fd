"""Liver Metastases Survival Atlas: published survival of liver metastases, compared with its uncertainty."""

__version__ = "0.1.0"
