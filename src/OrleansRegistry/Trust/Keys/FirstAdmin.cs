using Orleans.Storage;

namespace OrleansRegistry.Trust.Keys;

/// <summary>Makes the key of who runs the registry, where nobody has one.</summary>
internal sealed class FirstAdmin(TrustRecords records, [RegistryTime] TimeProvider time) : IFirstAdmin
{
    private const string Id = "firstadmin";
    private const string Subject = "admin";
    private const string MadeWith = "start";

    /// <summary>How long a key that was made waits for its first use. A use is written down within two minutes.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(5);

    private static readonly string[] Roles = [RegistryRoles.Operator];

    public async Task<string?> EnsureAsync(string? given, CancellationToken cancellationToken)
    {
        if (given is not null)
        {
            await PutAsync(given, cancellationToken);
            return null;
        }

        if (records.All(KeyRecord.Type).Any(key => key.Value.Roles.Contains(RegistryRoles.Operator) && Counts(key)))
        {
            return null;
        }

        var text = SecretText.New(KeyTable.KeyPrefix, Id);
        try
        {
            var before = await records.ReadAsync(KeyRecord.Type, Caller.Default.Tenant, Id, cancellationToken);
            if (before is not null && Counts(before))
            {
                return null;
            }

            var made = Record(text) with { CreatedWith = MadeWith };
            await records.WriteAsync(KeyRecord.Type, Caller.Default.Tenant, Id, made, before, cancellationToken);
            return text;
        }
        catch (InconsistentStateException)
        {
            // Another replica, which started at the same time, has made and told it.
            return null;
        }
    }

    /// <summary>Whether somebody can have the key: it has not ended, and is none that a start made and nobody has used since.</summary>
    private bool Counts(TrustRecord<KeyRecord> key) => !(key.Value.ExpiresAt <= time.GetUtcNow())
        && (key.Tenant != Caller.Default.Tenant || key.Id != Id || key.Value.CreatedWith != MadeWith || key.Value.RotatedAt is not null
            || key.Value.CreatedAt + Patience > time.GetUtcNow()
            || records.Find(KeyUse.Type, key.Tenant, key.Id) is not null);

    private async Task PutAsync(string given, CancellationToken cancellationToken)
    {
        var id = SecretText.IdOf(KeyTable.KeyPrefix, given).ToString();
        if (id.Length == 0)
        {
            throw RegistryException.Invalid(
                "REGISTRY_ADMIN_KEY",
                $"must be {KeyTable.KeyPrefix}, 8 to 12 lower-case letters or digits, _, and 32 to 128 letters, digits, - or _: "
                    + $"such as {KeyTable.KeyPrefix}{Id}_ and what `openssl rand -hex 32` prints");
        }

        if (records.All(KeyRecord.Type).Any(key => key.Id == id && key.Tenant != Caller.Default.Tenant))
        {
            throw RegistryException.Invalid("REGISTRY_ADMIN_KEY", $"has the id '{id}', which a key of another tenant has: choose another");
        }

        var hash = SecretText.Hash(given);
        await records.ChangeAsync(
            KeyRecord.Type,
            Caller.Default.Tenant,
            id,
            key => key is not null && key.Hash.AsSpan().SequenceEqual(hash) && key.ExpiresAt is null && key.Agents is null
                && key.Roles.SequenceEqual(Roles)
                    ? key
                    : Record(given),
            cancellationToken);
    }

    private KeyRecord Record(string text) => new()
    {
        Subject = Subject,
        Roles = Roles,
        Description = "Made at a start",
        CreatedAt = time.GetUtcNow(),
        CreatedBy = Subject,
        Hash = SecretText.Hash(text),
    };
}
