namespace OrleansRegistry;

/// <summary>Reads and checks whole trails.</summary>
public static class AuditVerification
{
    /// <summary>All entries that a query asks for, page by page.</summary>
    public static async IAsyncEnumerable<AuditEntry> ReadAllAsync(
        this IAuditTrail trail,
        Caller caller,
        AuditQuery? query = null,
        [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        query = (query ?? new AuditQuery { OldestFirst = true }) with { PageSize = PageLimit.Audit.Max };
        do
        {
            var page = await trail.ListAsync(caller, query, cancellationToken).ConfigureAwait(false);
            foreach (var entry in page.Entries)
            {
                yield return entry;
            }

            query = query with { PageToken = page.NextPageToken };
        }
        while (query.PageToken is not null);
    }

    /// <summary>Reads all of the caller's trail, and checks it here.</summary>
    /// <param name="anchors">What was published of it before.</param>
    public static async Task<AuditVerdict> VerifyAsync(
        this IAuditTrail trail, Caller caller, IEnumerable<AuditAnchor>? anchors = null, CancellationToken cancellationToken = default)
    {
        var verifier = new AuditVerifier(anchors ?? []);
        await foreach (var entry in trail.ReadAllAsync(caller, cancellationToken: cancellationToken).ConfigureAwait(false))
        {
            verifier.Add(entry);
        }

        return verifier.Complete();
    }
}
