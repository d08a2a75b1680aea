namespace OrleansRegistry.Clustering;

/// <summary>TLS between the processes of a cluster, each of which shows its certificate. The summary of each property names its setting.</summary>
public sealed class ClusterTlsOptions
{
    /// <summary>The certificate of this process, as a PEM or PKCS #12 file (<c>REGISTRY_CLUSTER_TLS_CERT_FILE</c>); null for no TLS.</summary>
    public string? CertificateFile { get; set; }

    /// <summary>Its key, as a PEM file (<c>REGISTRY_CLUSTER_TLS_KEY_FILE</c>); null where the certificate's file has it.</summary>
    public string? KeyFile { get; set; }

    /// <summary>The password of the key (<c>REGISTRY_CLUSTER_TLS_PASSWORD</c>); null for none.</summary>
    public string? Password { get; set; }

    /// <summary>The authorities whose certificates the others have, as a PEM file (<c>REGISTRY_CLUSTER_TLS_CA_FILE</c>).</summary>
    public string? AuthorityFile { get; set; }

    /// <summary>The DNS name that the others' certificates have (<c>REGISTRY_CLUSTER_TLS_NAME</c>); null for any.</summary>
    public string? Name { get; set; }
}
