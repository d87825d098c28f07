"""The screens, one module each; the app imports each when it is first opened."""
