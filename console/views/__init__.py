"""The pages, a module for each subject. Every handler names its permission."""
