using Npgsql;

namespace OrleansRegistry.Storage.Postgres;

/// <summary>Stores the records of another store, beside the writes of this one.</summary>
internal sealed class RecordImporter(PostgresDatabase database)
{
    /// <summary>How often records are judged again that others changed at the same moment.</summary>
    private const int Rounds = 20;

    /// <exception cref="RegistryException">The database cannot be written to.</exception>
    public async Task<IReadOnlyList<ImportedRecord>> RunAsync(IReadOnlyList<PendingWrite> writes, bool replace, CancellationToken cancellationToken)
    {
        var imported = new ImportedRecord[writes.Count];
        // In the order of keys, as every batch of a kind without a feed locks its rows.
        var places = Enumerable.Range(0, writes.Count).ToArray();
        if (writes.Count > 0 && !writes[0].Kind.HasFeed)
        {
            Array.Sort(places, (one, other) => KeyOrder.Compare(writes[one].Key, writes[other].Key));
        }

        for (var round = 0; places.Length > 0; round++)
        {
            if (round == Rounds)
            {
                throw new RegistryException(
                    RegistryError.Busy,
                    $"The {PostgresDatabase.Name} has records that others change all the time; the import can be made again.");
            }

            var outcomes = await IsolateAsync([.. places.Select(place => writes[place])], replace, cancellationToken);
            var again = new List<int>();
            for (var i = 0; i < places.Length; i++)
            {
                if (outcomes[i] is { } outcome)
                {
                    imported[places[i]] = outcome;
                }
                else
                {
                    again.Add(places[i]);
                }
            }

            places = [.. again];
        }

        return imported;
    }

    /// <summary>Finds the record that the server refuses by halves, and refuses that one alone.</summary>
    private async Task<ImportedRecord?[]> IsolateAsync(PendingWrite[] writes, bool replace, CancellationToken cancellationToken)
    {
        try
        {
            return await database.RunRawAsync(
                (connection, token) => ImportCommand.ExecuteAsync(connection, writes, replace, token),
                cancellationToken);
        }
        catch (PostgresException refused) when (PostgresFaults.IsRolledBack(refused) && PostgresFaults.IsOfData(refused))
        {
            if (writes.Length > 1)
            {
                var half = writes.Length / 2;
                return
                [
                    .. await IsolateAsync(writes[..half], replace, cancellationToken),
                    .. await IsolateAsync(writes[half..], replace, cancellationToken),
                ];
            }

            var (kind, key) = (writes[0].Kind, writes[0].Key);
            if (refused.SqlState == PostgresErrorCodes.UniqueViolation)
            {
                return [new ImportedRecord(ImportResult.Refused, 0, RecordRules.NotUnique(kind, key, refused))];
            }

            if (writes[0] is { WithoutColumns: false, Columns: not null })
            {
                writes[0].WithoutColumns = true;
                database.LogColumnsLeftEmpty(kind, key, refused);
                return await IsolateAsync(writes, replace, cancellationToken);
            }

            return
            [
                new ImportedRecord(ImportResult.Refused, 0, new RegistryException(
                    RegistryError.Invalid,
                    $"{kind} '{RecordRules.Shorten(key.Id)}' of tenant '{RecordRules.Shorten(key.Tenant)}' was refused by the "
                        + $"{PostgresDatabase.Name} ({refused.SqlState}). Nothing was stored.",
                    innerException: refused)),
            ];
        }
        catch (Exception fault) when (PostgresFaults.Is(fault))
        {
            throw database.Translate(fault);
        }
    }
}
