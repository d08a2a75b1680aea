using Microsoft.Extensions.Logging;
using Orleans.Storage;

namespace OrleansRegistry.Trust.Keys;

/// <summary>Makes the key of who runs the registry, where nobody has one.</summary>
internal sealed partial class FirstAdmin(TrustRecords records, [RegistryTime] TimeProvider time, ILogger<FirstAdmin> log) : IFirstAdmin
{
    private const string Id = "firstadmin";
    private const string Subject = "admin";
    private const string MadeWith = "start";

    /// <summary>How long a key that was made waits for its first use. A use is written down within two minutes.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(5);

    private static readonly string[] Roles = [RegistryRoles.Operator];

    public async Task<string?> EnsureAsync(string? given, CancellationToken cancellationToken)
    {
        if (given is not null && await PutAsync(given, cancellationToken))
        {
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

    /// <returns>False where it was taken back.</returns>
    private async Task<bool> PutAsync(string given, CancellationToken cancellationToken)
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
        if (await IsRetiredAsync(id, hash, cancellationToken))
        {
            return false;
        }

        await records.ChangeAsync(
            KeyRecord.Type,
            Caller.Default.Tenant,
            id,
            key => key is { IsGiven: true, ExpiresAt: null, Agents: null } && key.Hash.AsSpan().SequenceEqual(hash)
                && key.Roles.SequenceEqual(Roles)
                    ? key
                    : Record(given) with { IsGiven = true },
            cancellationToken);

        // It may have been taken back, elsewhere, between the look and the write.
        return !await IsRetiredAsync(id, hash, cancellationToken);
    }

    /// <summary>Whether the key was taken back; then it is not there afterwards.</summary>
    private async Task<bool> IsRetiredAsync(string id, byte[] hash, CancellationToken cancellationToken)
    {
        if (await records.ReadAsync(RetiredKey.Type, Caller.Default.Tenant, RetiredKey.IdOf(hash), cancellationToken) is not { } retired)
        {
            return false;
        }

        await records.ChangeAsync(
            KeyRecord.Type,
            Caller.Default.Tenant,
            id,
            key => key?.Hash.AsSpan().SequenceEqual(hash) == true ? null : key,
            cancellationToken);
        LogRetired(id, retired.Value.At);
        return true;
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

    [LoggerMessage(
        LogLevel.Warning,
        "The key {Id} of REGISTRY_ADMIN_KEY (or its file) was taken back or rotated at {At:u}, and does not count: take it out of the settings")]
    private partial void LogRetired(string id, DateTimeOffset at);
}
