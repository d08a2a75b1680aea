namespace OrleansRegistry.Objects;

/// <summary>How large the parts of an upload may be. They are S3's, and every store keeps to them, so that what works with one works with all.</summary>
public static class UploadLimits
{
    /// <summary>The fewest bytes of a part that is not the last.</summary>
    public const int MinPartBytes = 5 * 1024 * 1024;

    /// <summary>The most bytes of a part, which a store may hold in memory while it sends it.</summary>
    public const int MaxPartBytes = 64 * 1024 * 1024;

    /// <summary>The most parts.</summary>
    public const int MaxParts = 10_000;

    /// <exception cref="ObjectStoreException"><see cref="ObjectStoreError.InvalidUpload"/>.</exception>
    internal static void CheckNumber(int number)
    {
        if (number is < 1 or > MaxParts)
        {
            throw new ObjectStoreException(ObjectStoreError.InvalidUpload, $"A part's number is {number}; it can be 1 to {MaxParts}.");
        }
    }

    /// <summary>Checks that the parts can be joined.</summary>
    /// <param name="parts">By number.</param>
    /// <exception cref="ObjectStoreException"><see cref="ObjectStoreError.InvalidUpload"/>.</exception>
    internal static void Check(string name, IReadOnlyList<ObjectPart> parts)
    {
        if (parts.Count == 0)
        {
            throw new ObjectStoreException(ObjectStoreError.InvalidUpload, $"The upload of {name} has no part yet: send part 1.");
        }

        for (var i = 0; i < parts.Count; i++)
        {
            if (parts[i].Number != i + 1)
            {
                throw new ObjectStoreException(ObjectStoreError.InvalidUpload, $"The upload of {name} lacks part {i + 1}: send it, then complete.");
            }

            if (i < parts.Count - 1 && parts[i].Size < MinPartBytes)
            {
                throw new ObjectStoreException(
                    ObjectStoreError.InvalidUpload,
                    $"Part {i + 1} of {name} has {parts[i].Size} bytes; all parts but the last have at least {MinPartBytes}.");
            }
        }
    }

    internal static ObjectStoreException TooLarge(string name, int number) =>
        new(ObjectStoreError.InvalidUpload, $"Part {number} of {name} is larger than {MaxPartBytes} bytes: send it as several.");

    internal static ObjectStoreException NotFound(string name, string upload) =>
        new(
            ObjectStoreError.NotFound,
            $"There is no upload '{(IsId(upload) && upload.Length <= 200 ? upload : "?")}' of {name}: it was completed or dropped, or never begun.");

    /// <summary>Whether it may be the id of an upload, of whatever store.</summary>
    internal static bool IsId(string upload) => upload.Length is > 0 and <= 2048 && upload.All(c => c is > ' ' and < '\u007f' and not '\'');

    /// <exception cref="ObjectStoreException"><see cref="ObjectStoreError.NotFound"/>.</exception>
    internal static void CheckId(string name, string upload)
    {
        if (!IsId(upload))
        {
            throw NotFound(name, upload);
        }
    }
}
