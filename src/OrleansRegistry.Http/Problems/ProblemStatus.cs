using Microsoft.AspNetCore.Http;

namespace OrleansRegistry.Http;

/// <summary>The one mapping from refusals of the registry to statuses.</summary>
internal static class ProblemStatus
{
    /// <param name="conditional">Whether the request has <c>If-Match</c> or <c>If-None-Match</c>.</param>
    public static int Of(RegistryError error, bool conditional = false) => error switch
    {
        RegistryError.Invalid => StatusCodes.Status400BadRequest,
        RegistryError.TooLarge => StatusCodes.Status413PayloadTooLarge,
        RegistryError.Forbidden => StatusCodes.Status403Forbidden,
        RegistryError.NotFound => StatusCodes.Status404NotFound,
        RegistryError.Conflict => conditional ? StatusCodes.Status412PreconditionFailed : StatusCodes.Status409Conflict,
        RegistryError.Terminal or RegistryError.IdReused => StatusCodes.Status409Conflict,
        RegistryError.KeyReused => StatusCodes.Status422UnprocessableEntity,
        RegistryError.Busy or RegistryError.Unavailable => StatusCodes.Status503ServiceUnavailable,
        RegistryError.QuotaExceeded => StatusCodes.Status429TooManyRequests,
        RegistryError.StorageFull => StatusCodes.Status507InsufficientStorage,
        RegistryError.NotSupported => StatusCodes.Status501NotImplemented,
        _ => StatusCodes.Status500InternalServerError,
    };
}
