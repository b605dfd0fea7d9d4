"""A certificate of one's own, for tests that only need one to be there."""
from image import run


def authority(folder, *names):
    """(certificate, key), files of the folder: a certificate for these names, which is its own authority."""
    key, certificate = folder / "key.pem", folder / "certificate.pem"
    run(
        "openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "1", "-subj", f"/CN={names[0]}",
        "-addext", "subjectAltName=" + ",".join(f"DNS:{name}" for name in names), "-keyout", key, "-out", certificate,
    )  # fmt: skip
    key.chmod(0o644)
    return certificate, key
