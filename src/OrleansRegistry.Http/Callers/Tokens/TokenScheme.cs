using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.JwtBearer;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace OrleansRegistry.Http;

/// <summary>ASP.NET's scheme for JSON web tokens, as the settings have it. It is asked by name only, and never by itself.</summary>
internal static class TokenScheme
{
    public const string Name = "registry-jwt";

    private const string Nobody = "registry-none";

    public static void AddTokens(this IServiceCollection services)
    {
        services.AddSingleton<TokenKeySource>();
        services.AddSingleton<TokenKeys>();
        services.AddSingleton<TokenGate>();
        services.AddAuthentication().AddJwtBearer(Name, _ => { });
        services.AddOptions<JwtBearerOptions>(Name).Configure<IServiceProvider>(Configure);
        services.PostConfigure<AuthenticationOptions>(KeepOut);
    }

    /// <summary>Why a token does not count, in words that tell nothing of the registry.</summary>
    public static string Reason(Exception? fault) => fault switch
    {
        SecurityTokenExpiredException => "has expired",
        SecurityTokenNotYetValidException => "is not valid yet",
        SecurityTokenNoExpirationException => "has no end (exp)",
        SecurityTokenInvalidLifetimeException => "ends before it begins",
        SecurityTokenInvalidAudienceException => "is for somebody else (aud)",
        SecurityTokenInvalidIssuerException => "is of an issuer that does not count here (iss)",
        SecurityTokenInvalidAlgorithmException => "is not signed in a way that counts here (alg)",
        SecurityTokenSignatureKeyNotFoundException => "is signed with a key that is not known (kid)",
        SecurityTokenMalformedException or ArgumentException => "cannot be read",
        _ => "has a signature that is not valid",
    };

    private static void Configure(JwtBearerOptions jwt, IServiceProvider services)
    {
        var options = services.GetRequiredService<IOptions<RegistryHttpOptions>>().Value.Tokens;
        var keys = services.GetRequiredService<TokenKeys>();
        var time = services.GetRequiredKeyedService<TimeProvider>(RegistryTimeAttribute.ServiceKey);
        jwt.ConfigurationManager = keys;
        jwt.MapInboundClaims = false;
        jwt.SaveToken = false;
        jwt.TimeProvider = time;
        jwt.TokenValidationParameters = new TokenValidationParameters
        {
            ValidAlgorithms = options.Algorithms,
            ValidAudiences = options.Audiences,
            ValidIssuers = options.Issuers,
            RequireSignedTokens = true,
            RequireExpirationTime = true,
            TryAllIssuerSigningKeys = false,
            LifetimeValidator = (begins, ends, _, _) => IsNow(begins, ends, time.GetUtcNow().UtcDateTime, options.ClockSkew),
        };
        jwt.Events = new JwtBearerEvents { OnMessageReceived = context => FindKeyAsync(context, options, keys) };
    }

    /// <summary>Has the keys be there before the signature is checked, and refuses what no key could save.</summary>
    private static async Task FindKeyAsync(MessageReceivedContext context, RegistryTokenOptions options, TokenKeys keys)
    {
        try
        {
            var token = new JsonWebToken(TokenGate.TokenOf(context.Request) ?? "");
            if (!options.Algorithms.Contains(token.Alg))
            {
                throw new SecurityTokenInvalidAlgorithmException();
            }

            var set = await keys.FindAsync(token.Kid, context.HttpContext.RequestAborted);
            if (!set.Has(token.Kid))
            {
                throw new SecurityTokenSignatureKeyNotFoundException();
            }

            context.Token = token.EncodedToken;
        }
        catch (Exception fault) when (fault is SecurityTokenException or ArgumentException or RegistryException)
        {
            context.Fail(fault);
        }
    }

    private static bool IsNow(DateTime? begins, DateTime? ends, DateTime now, TimeSpan skew)
    {
        if (ends is not { } end)
        {
            throw new SecurityTokenNoExpirationException();
        }

        if (begins > end)
        {
            throw new SecurityTokenInvalidLifetimeException();
        }

        if (begins > now + skew)
        {
            throw new SecurityTokenNotYetValidException();
        }

        return end > now - skew ? true : throw new SecurityTokenExpiredException();
    }

    /// <summary>ASP.NET takes a scheme that is alone for the default, and would ask it for every request; the host's own stays what it would be.</summary>
    private static void KeepOut(AuthenticationOptions options)
    {
        if (options.DefaultScheme is not null)
        {
            return;
        }

        var others = options.Schemes.Where(scheme => scheme.Name != Name).Take(2).ToList();
        if (others.Count == 1)
        {
            options.DefaultScheme = others[0].Name;
        }
        else if (others.Count == 0)
        {
            options.DefaultAuthenticateScheme ??= Nobody;
        }
    }
}
