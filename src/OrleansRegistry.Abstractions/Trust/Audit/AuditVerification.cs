namespace OrleansRegistry;

/// <summary>Reads and checks whole trails.</summary>
public static class AuditVerification
{
    /// <summary>All entries that a query asks for, page by page.</summary>
    /// <exception cref="RegistryException">
    /// <see cref="RegistryError.Unreadable"/>, after the last entry: records of the trail cannot be read, and their entries are missing.
    /// </exception>
    public static async IAsyncEnumerable<AuditEntry> ReadAllAsync(
        this IAuditTrail trail,
        Caller caller,
        AuditQuery? query = null,
        [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        var unreadable = new List<string>();
        await foreach (var page in trail.ReadPagesAsync(caller, query, cancellationToken).ConfigureAwait(false))
        {
            foreach (var entry in page.Entries)
            {
                yield return entry;
            }

            unreadable.AddRange(page.Unreadable);
        }

        if (unreadable.Count > 0)
        {
            throw new RegistryException(
                RegistryError.Unreadable,
                $"Of the audit trail {unreadable.Count} pages cannot be read, the first is '{LogText.Id(unreadable[0])}': entries are missing.");
        }
    }

    /// <summary>All pages that a query asks for, with what of them cannot be read.</summary>
    public static async IAsyncEnumerable<AuditPage> ReadPagesAsync(
        this IAuditTrail trail,
        Caller caller,
        AuditQuery? query = null,
        [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        query = (query ?? new AuditQuery { OldestFirst = true }) with { PageSize = PageLimit.Audit.Max };
        do
        {
            var page = await trail.ListAsync(caller, query, cancellationToken).ConfigureAwait(false);
            yield return page;
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
        await foreach (var page in trail.ReadPagesAsync(caller, cancellationToken: cancellationToken).ConfigureAwait(false))
        {
            verifier.Add(page);
        }

        return verifier.Complete();
    }
}
